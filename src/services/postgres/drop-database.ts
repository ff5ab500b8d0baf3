import type { Client } from "pg";
import { quoteIdentifier } from "./postgres-client.ts";
import { serverVersion } from "./server-version.ts";

/** The version from which on PostgreSQL itself ends the sessions of a database that is dropped. */
const VERSION_WITH_FORCE = 130_000;

/** Drops a database, whoever is connected to it, if there is one of that name. */
export async function dropDatabase(client: Client, name: string): Promise<void> {
  const database = quoteIdentifier(name);
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

/** Ends every session of a database. */
export async function endSessions(client: Client, database: string): Promise<void> {
  await client.query(
    "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = $1",
    [database],
  );
}
