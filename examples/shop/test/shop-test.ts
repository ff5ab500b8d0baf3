import { cleanroomTest } from "cleanroom-test/vitest/test";
import { Redis } from "ioredis";
import pg from "pg";
import config from "../cleanroom.config.ts";

/** Vitest's `test`, with clients that are connected to a database and a cache of the test's own. */
export const test = cleanroomTest(config)
  .extend("client", async ({ db }, { onCleanup }) => {
    const client = new pg.Client(db.connectionString);
    await client.connect();
    onCleanup(() => client.end());
    return client;
  })
  .extend("redis", async ({ cache }, { onCleanup }) => {
    const redis = new Redis(cache.url);
    onCleanup(() => redis.disconnect());
    return redis;
  });
