import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { describe, test } from "node:test";
import { servicesOf, useServices } from "cleanroom-test/node";
import { Redis } from "ioredis";
import pg from "pg";
import config from "./cleanroom.config.ts";

/** Tests that all insert the same unique key, at the same time. */
export function describeSameKey(count: number): void {
  describe("the same key", { concurrency: true }, () => {
    const services = useServices(config, "db", "cache");

    for (let index = 0; index < count; index += 1) {
      test(`is free for test ${index}`, async (t) => {
        const { db } = servicesOf(t, services);
        // With `SHARE_DATABASE` set, every test uses the server's own database: the control that must conflict.
        const { connectionString } = process.env["SHARE_DATABASE"] === undefined ? db : db.server;
        const client = new pg.Client(connectionString);
        await client.connect();
        t.after(() => client.end());
        await client.query("INSERT INTO account VALUES ('ada@example.com')");
        const { rows } = await client.query<{ name: string }>("SELECT *, current_database() AS name FROM account");
        assert.equal(rows.length, 1);
        appendFileSync(process.env["SEEN_DATABASES"] ?? "/dev/null", `${rows[0]?.name}\n`);
      });
    }

    test("is not in the cache of another test", async (t) => {
      const client = new Redis(servicesOf(t, services).cache.url);
      assert.equal(await client.set("same", "key", "NX"), "OK");
      client.disconnect();
    });
  });
}
