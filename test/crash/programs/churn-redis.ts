import { setTimeout as sleep } from "node:timers/promises";
import type { RedisContainer, RedisDatabase } from "cleanroom-test";
import { Redis } from "ioredis";
import { randomFor } from "../support/random.ts";
import type { ChurnOptions } from "./churn.ts";

/**
 * Takes logical databases, marks them as its own, and gives them back, now and then late, with a connection open, or twice.
 * Says the number of each it got; fails when one is not empty, or does not stay its own.
 */
export async function churnRedis(
  server: RedisContainer,
  { count, seed, isShared = false }: ChurnOptions,
  say: (message: object) => void,
): Promise<void> {
  const random = randomFor(seed, "churn");
  let late: RedisDatabase | undefined;
  for (let round = 0; round < count; round += 1) {
    const database = await server.isolate();
    say({ took: String(database.database) });
    const client = new Redis(isShared ? server.url : database.url, { lazyConnect: true, retryStrategy: null });
    client.on("error", () => undefined); // It ends under one that stays open.
    await client.connect();
    await use(client, `${process.pid}-${round}`, random.number(20));
    if (random.chance(0.75)) client.disconnect();
    await late?.[Symbol.asyncDispose]();
    if (random.chance(0.1)) await late?.[Symbol.asyncDispose]();
    late = undefined;
    if (random.chance(0.25)) late = database;
    else await database[Symbol.asyncDispose]();
  }
  await late?.[Symbol.asyncDispose]();
}

/** The key is the same in every database: whoever shares one with another fails here. */
export async function use(client: Redis, owner: string, forMs: number): Promise<void> {
  const before = await client.keys("*");
  await client.set("owner", owner);
  await sleep(forMs);
  const [after, keys] = [await client.get("owner"), await client.keys("*")];
  if (before.length === 0 && after === owner && keys.length === 1) return;
  throw new Error(`A database is not ${owner}'s alone: ${JSON.stringify({ before, after, keys })}`);
}
