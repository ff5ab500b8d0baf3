import { cleanroomTest } from "cleanroom-test/vitest/test";
import pg from "pg";
import { expect } from "vitest";
import config from "./cleanroom.config.ts";

const test = cleanroomTest(config);

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(sql);
  await client.end();
}

test("writes a note", async ({ db }) => {
  await run(db.url, "INSERT INTO note VALUES ('of a test that passes')");
});

test("finds: a note/mistake", async ({ db }) => {
  await run(db.url, "INSERT INTO note VALUES ('of a test that fails')");
  expect(1).toBe(2);
});

test("takes too long", { timeout: 500 }, async ({ db }) => {
  await run(db.url, "INSERT INTO note VALUES ('of a test that takes too long'); SELECT pg_sleep(2)");
});

test("writes too much", async ({ db }) => {
  await run(db.url, "INSERT INTO note SELECT 'much' FROM generate_series(1, 30000)");
  expect(1).toBe(2);
});
