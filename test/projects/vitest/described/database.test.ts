import pg from "pg";
import { expect, test } from "vitest";

test("the database of this file is found by its variable", async () => {
  const client = new pg.Client(process.env["DATABASE_URL"]);
  await client.connect();
  const { rows } = await client.query("SELECT current_database() AS name");
  await client.end();
  expect(rows).toEqual([{ name: expect.stringMatching(/^test_/) as string }]);
});
