import type { Client } from "pg";
import { quoteIdentifier } from "./postgres-client.ts";
import { serverVersion } from "./server-version.ts";

/** The version from which on PostgreSQL itself ends the sessions of a database that is dropped. */
const VERSION_WITH_FORCE = 130_000;

/** How often it is looked whether the last session of a database has ended, and for how long in between, in seconds. */
const LOOKS = 10;
const LOOK_S = 0.01;

/**
 * Drops a database, if there is one of that name, whoever is connected to it. Those who are leaving are given a moment: a pool
 * of `pg` says that it has ended while its connections are still being closed, and one that is broken off then is an error
 * which nobody handles.
 */
export async function dropDatabase(client: Client, name: string): Promise<void> {
  const database = quoteIdentifier(name);
  for (let look = 1; look <= LOOKS && (await hasSessions(client, name)); look += 1) {
    await client.query("SELECT pg_catalog.pg_sleep($1)", [LOOK_S]);
  }
  if ((await serverVersion(client)) >= VERSION_WITH_FORCE) {
    await client.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    return;
  }
  const { rowCount } = await client.query("SELECT 1 FROM pg_catalog.pg_database WHERE datname = $1", [name]);
  if (rowCount === 0) return;
  await client.query(`ALTER DATABASE ${database} WITH ALLOW_CONNECTIONS false`);
  await endSessions(client, name);
  await client.query(`DROP DATABASE ${database}`); // Waits for those whose end takes a moment.
}

async function hasSessions(client: Client, database: string): Promise<boolean> {
  const { rows } = await client.query("SELECT FROM pg_catalog.pg_stat_activity WHERE datname = $1 LIMIT 1", [database]);
  return rows.length > 0;
}

/** Ends every session of a database. */
export async function endSessions(client: Client, database: string): Promise<void> {
  await client.query(
    "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = $1",
    [database],
  );
}
