import { cleanroomTest } from "cleanroom-test/vitest/test";
import pg from "pg";
import { expect } from "vitest";
import config from "./cleanroom.config.ts";

const test = cleanroomTest(config);

test("tells which tables there are, and of which server", async ({ db }) => {
  const client = new pg.Client(db.connectionString);
  await client.connect();
  const { rows } = await client.query<{ relname: string }>(
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1",
  );
  await client.end();
  expect(rows).not.toEqual([]);
  process.stdout.write(`server ${db.server.id} has ${rows.map(({ relname }) => relname).join(" ")}\n`);
});
