import { readFile } from "node:fs/promises";
import type { StartedPostgreSqlContainer } from "@testcontainers/postgresql";
import pg from "pg";
import { startPostgres } from "../postgres-container.ts";

let starting: Promise<StartedPostgreSqlContainer> | undefined;

/** The container of all files, started by the first that asks. The benchmark removes it. */
export function migratedPostgres(): Promise<StartedPostgreSqlContainer> {
  starting ??= start();
  return starting;
}

async function start(): Promise<StartedPostgreSqlContainer> {
  const container = await startPostgres();
  const client = new pg.Client(container.getConnectionUri());
  await client.connect();
  await client.query(await readFile("../note.sql", "utf8"));
  await client.end();
  await container.snapshot();
  return container;
}
