import { cleanroomTest } from "cleanroom-test/vitest/test";
import pg from "pg";
import { describe, expect } from "vitest";
import config from "./cleanroom.config.ts";

/** A client of the test's own part, or of the database that all share: then they get in each other's way. */
const test = cleanroomTest(config).extend("client", async ({ db }): Promise<pg.Client> => {
  if ("client" in db && process.env["SHARED"] === undefined) return db.client;
  const client = new pg.Client("url" in db && process.env["SHARED"] === undefined ? db.url : db.server.url);
  client.on("error", () => undefined); // It stays open.
  await client.connect();
  return client;
});

/** What a test does, which would disturb any other that sees it. */
const disturbances = [
  "TRUNCATE account, entry RESTART IDENTITY",
  "DROP TABLE entry",
  "ALTER TABLE account ADD note text",
  "SELECT setval('account_id_seq', 1000)",
  "SET statement_timeout = '1h'",
  "SELECT pg_try_advisory_lock(1)",
  "DELETE FROM entry; DELETE FROM account; COMMIT",
] as const;

/** Tests that all expect what the migrations left, and change it. */
export function testParts(count: number): void {
  const numbers = Array.from({ length: count }, (_, index) => index);

  test.beforeEach(async ({ client }) => {
    await client.query("INSERT INTO account (name) VALUES ('third')");
  });

  test.for(numbers)("number %i", async (number, { client }) => {
    await expectPristine(client);
    for (const sql of ["BEGIN", "INSERT INTO entry VALUES (3, 1)", "COMMIT"]) await client.query(sql);
    expect((await client.query("SELECT * FROM entry")).rows).toEqual([{ account: 3, amount: 1 }]);
    await client.query(disturbances[number % disturbances.length] ?? "");
  });

  describe("at the same time", { concurrent: true }, () => {
    test.for(numbers.slice(0, 5))("number %i", async (_, { client }) => {
      await expectPristine(client);
      // Kept until all are done: one would wait for another in the same table.
      for (const sql of ["BEGIN", "LOCK TABLE account", "SELECT pg_sleep(0.1)"]) await client.query(sql);
    });
  });
}

async function expectPristine(client: pg.Client): Promise<void> {
  expect((await client.query("SELECT id, name FROM account ORDER BY id")).rows).toEqual([
    { id: 1, name: "first" },
    { id: 2, name: "second" },
    { id: 3, name: "third" },
  ]);
  expect((await client.query("SELECT * FROM entry")).rows).toEqual([]);
  expect((await client.query("SHOW statement_timeout")).rows).toEqual([{ statement_timeout: "0" }]);
}
