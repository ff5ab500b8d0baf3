import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import type pg from "pg";

/** Expects a database as the migrations left it, and does what would disturb any other test in it. Closes not every client. */
export async function visitDatabase(client: pg.Client, index: number): Promise<void> {
  const settings = await client.query("SHOW statement_timeout");
  const accounts = await client.query("SELECT id, name FROM account ORDER BY id");
  const tables = await client.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
  const marks = await client.query<{ mark: number; oid: string }>(
    "SELECT mark, oid FROM migrated, pg_database WHERE datname = current_database()",
  );

  assert.deepEqual(settings.rows, [{ statement_timeout: "0" }]);
  assert.deepEqual(accounts.rows, [
    { id: 1, name: "first" },
    { id: 2, name: "second" },
  ]);
  assert.deepEqual(tables.rows, [{ tablename: "account" }, { tablename: "migrated" }]);
  appendFileSync(process.env["MARKS"] ?? "/dev/null", `${marks.rows[0]?.mark} ${marks.rows[0]?.oid}\n`);

  await client.query("INSERT INTO account VALUES (3, 'everybody''s')");
  await client.query(`SET statement_timeout = ${1000 + index}`);
  if (index % 3 === 0) await client.query("TRUNCATE account");
  if (process.env["ROWS_ONLY"] !== "true" || index % 10 === 0) await changeDefinitions(client, index);
  if (index % 4 !== 0) await client.end(); // Others stay open.
}

async function changeDefinitions(client: pg.Client, index: number): Promise<void> {
  await client.query("CREATE TABLE everybodys (id int)");
  const { rows } = await client.query<{ name: string }>("SELECT quote_ident(current_database()) AS name");
  await client.query(`ALTER DATABASE ${rows[0]?.name ?? ""} SET statement_timeout = 60000`);
  if (index % 3 === 1) await client.query("DROP TABLE account");
}
