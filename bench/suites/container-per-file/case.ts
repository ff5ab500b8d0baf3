import { readFile } from "node:fs/promises";
import type { StartedPostgreSqlContainer } from "@testcontainers/postgresql";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startPostgres } from "../postgres-container.ts";

let container: StartedPostgreSqlContainer;
let client: pg.Client;

beforeAll(async () => {
  container = await startPostgres();
  client = new pg.Client(container.getConnectionUri());
  await client.connect();
  await client.query(await readFile("../note.sql", "utf8"));
});

afterAll(async () => {
  await client.end();
  await container.stop();
});

// Data of a test's own are rows of its own here, and one connection serves all tests: it costs least.
for (let number = 1; number <= 10; number++) {
  test(`writes rows of its own, ${number}`, async () => {
    await client.query("INSERT INTO note VALUES ($1)", [`mine ${number}`]);
    expect((await client.query("SELECT * FROM note WHERE text = $1", [`mine ${number}`])).rowCount).toBe(1);
  });
}
