import type { Client } from "pg";
import { quoteIdentifier } from "./postgres-client.ts";
import { serverVersion } from "./server-version.ts";
import { untilLeft } from "./until-left.ts";

/** The version from which on PostgreSQL itself ends the sessions of a database that is dropped. */
const VERSION_WITH_FORCE = 130_000;

/** Drops a database, if there is one of that name, whoever is connected to it. Those who are leaving are given a moment. */
export async function dropDatabase(client: Client, name: string): Promise<void> {
  const database = quoteIdentifier(name);
  if (!(await untilLeft(client, () => hasSessions(client, name)))) {
    // PostgreSQL would do so as well, and look only after 100 ms whether they have ended, while all other drops wait.
    // Source: CountOtherDBBackends in https://github.com/postgres/postgres/blob/REL_17_STABLE/src/backend/storage/ipc/procarray.c
    await endSessions(client, name);
    await untilLeft(client, () => hasSessions(client, name));
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
  const { rows } = await client.query(
    "SELECT FROM pg_catalog.pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend' LIMIT 1",
    [database],
  );
  return rows.length > 0;
}

/** Ends every session of a database. Workers of autovacuum give way by themselves, and only a superuser may end them. */
export async function endSessions(client: Client, database: string): Promise<void> {
  await client.query(
    `SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
     WHERE datname = $1 AND backend_type <> 'autovacuum worker'`,
    [database],
  );
}
