import assert from "node:assert/strict";
import type pg from "pg";

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

/** Adds to what the migrations left, as hooks do. */
export async function prepareVisit(client: pg.Client): Promise<void> {
  await client.query("INSERT INTO account (name) VALUES ('third')");
}

/** Expects what the migrations left and `prepareVisit` added, and changes it. */
export async function visitPart(client: pg.Client, number: number): Promise<void> {
  await expectPristine(client);
  for (const sql of ["BEGIN", "INSERT INTO entry VALUES (3, 1)", "COMMIT"]) await client.query(sql);
  assert.deepEqual((await client.query("SELECT * FROM entry")).rows, [{ account: 3, amount: 1 }]);
  await client.query(disturbances[number % disturbances.length] ?? "");
}

/** Does so while others do: it keeps what it has until all are done, as one would wait for another in the same table. */
export async function lockPart(client: pg.Client): Promise<void> {
  await expectPristine(client);
  for (const sql of ["BEGIN", "LOCK TABLE account", "SELECT pg_sleep(0.1)"]) await client.query(sql);
}

async function expectPristine(client: pg.Client): Promise<void> {
  assert.deepEqual((await client.query("SELECT id, name FROM account ORDER BY id")).rows, [
    { id: 1, name: "first" },
    { id: 2, name: "second" },
    { id: 3, name: "third" },
  ]);
  assert.deepEqual((await client.query("SELECT * FROM entry")).rows, []);
  assert.deepEqual((await client.query("SHOW statement_timeout")).rows, [{ statement_timeout: "0" }]);
}
