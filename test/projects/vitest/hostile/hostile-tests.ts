import { appendFileSync } from "node:fs";
import { cleanroomTest } from "cleanroom-test/vitest/test";
import pg from "pg";
import { expect } from "vitest";
import config from "./cleanroom.config.ts";

const base = cleanroomTest(config);

/** Connected to the test's own database, or to the one that all share: then they get in each other's way. */
const test = base.extend<{ client: pg.Client }>({
  client: async ({ db }, use) => {
    const client = new pg.Client(process.env["SHARED"] === "true" ? db.server.url : db.url);
    client.on("error", () => undefined); // Some are left open.
    await client.connect();
    await use(client);
  },
});

/** Does, in one database, what would disturb any other test in it. */
export function hostileTests(count: number): void {
  test.for(Array.from({ length: count }, (_, index) => index))("number %i", async (index, { client }) => {
    const settings = await client.query("SHOW statement_timeout");
    const accounts = await client.query("SELECT id, name FROM account ORDER BY id");
    const tables = await client.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
    const marks = await client.query<{ mark: number; oid: string }>(
      "SELECT mark, oid FROM migrated, pg_database WHERE datname = current_database()",
    );

    expect(settings.rows).toEqual([{ statement_timeout: "0" }]);
    expect(accounts.rows).toEqual([
      { id: 1, name: "first" },
      { id: 2, name: "second" },
    ]);
    expect(tables.rows).toEqual([{ tablename: "account" }, { tablename: "migrated" }]);
    appendFileSync(process.env["MARKS"] ?? "/dev/null", `${marks.rows[0]?.mark} ${marks.rows[0]?.oid}\n`);

    await client.query("INSERT INTO account VALUES (3, 'everybody''s')");
    await client.query(`SET statement_timeout = ${1000 + index}`);
    if (index % 3 === 0) await client.query("TRUNCATE account");
    if (process.env["ROWS_ONLY"] !== "true" || index % 10 === 0) await changeDefinitions(client, index);
    if (index % 4 !== 0) await client.end(); // Others stay open.
  });
}

async function changeDefinitions(client: pg.Client, index: number): Promise<void> {
  await client.query("CREATE TABLE everybodys (id int)");
  const { rows } = await client.query<{ name: string }>("SELECT quote_ident(current_database()) AS name");
  await client.query(`ALTER DATABASE ${rows[0]?.name ?? ""} SET statement_timeout = 60000`);
  if (index % 3 === 1) await client.query("DROP TABLE account");
}
