import type { StartedPostgreSqlContainer } from "@testcontainers/postgresql";
import pg from "pg";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { migratedPostgres } from "./migrated-postgres.ts";

let container: StartedPostgreSqlContainer;

beforeAll(async () => {
  container = await migratedPostgres();
});

beforeEach(() => container.restoreSnapshot());

for (let number = 1; number <= 10; number++) {
  test(`writes to a database that was restored, ${number}`, async () => {
    const client = new pg.Client(container.getConnectionUri());
    await client.connect();
    await client.query("INSERT INTO note VALUES ('mine')");
    expect((await client.query("SELECT * FROM note")).rowCount).toBe(1);
    await client.end();
  });
}
