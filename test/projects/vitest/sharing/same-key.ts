import { cleanroomTest } from "cleanroom-test/vitest/test";
import { Redis } from "ioredis";
import pg from "pg";
import { describe, expect } from "vitest";
import config from "./cleanroom.config.ts";

const test = cleanroomTest(config);

/** Tests that all insert the same unique key, at the same time. */
export function describeSameKey(count: number): void {
  describe.concurrent("the same key", () => {
    test.for(Array.from({ length: count }, (_, index) => index))("is free for test %i", async (_, { db }) => {
      // With `SHARE_DATABASE` set, every test uses the server's own database: the control that must conflict.
      const { connectionString } = process.env["SHARE_DATABASE"] === undefined ? db : db.server;
      const client = new pg.Client(connectionString);
      await client.connect();
      try {
        await client.query("INSERT INTO account VALUES ('ada@example.com')");
        const { rows } = await client.query("SELECT * FROM account");
        expect(rows).toHaveLength(1);
      } finally {
        await client.end();
      }
    });

    test("is not in the cache of another test", async ({ cache }) => {
      const client = new Redis(cache.url);
      expect(await client.set("same", "key", "NX")).toBe("OK");
      client.disconnect();
    });
  });
}
