import { cleanroomTest } from "cleanroom-test/vitest/test";
import { Redis } from "ioredis";
import pg from "pg";
import { describe, expect, inject } from "vitest";
import config from "./cleanroom.config.ts";

const test = cleanroomTest(config);

/** With `SHARE_DATABASE` set, every test uses the server's own database: the control that must conflict. */
const sharedUrl = (): string => {
  const { host = "", ports = {}, details = {} } = inject("cleanroom")?.["db"] ?? {};
  const { username = "", password = "", database = "" } = details;
  return `postgres://${username}:${password}@${host}:${ports["5432/tcp"] ?? 0}/${database}`;
};

/** Tests that all insert the same unique key, at the same time. */
export function describeSameKey(count: number): void {
  describe.concurrent("the same key", () => {
    test.for(Array.from({ length: count }, (_, index) => index))("is free for test %i", async (_, { db }) => {
      const client = new pg.Client(process.env["SHARE_DATABASE"] === undefined ? db.connectionString : sharedUrl());
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
