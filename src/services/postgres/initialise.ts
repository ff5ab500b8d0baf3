import type { Client } from "pg";
import type { ServiceConnection } from "../../container/service-connection.ts";
import { clearable, isUntouched } from "./clear-server.ts";
import { cloneDatabase, copyProperties } from "./clone-database.ts";
import { createExtensions } from "./extensions.ts";
import type { Migration } from "./migrations.ts";
import { MAINTENANCE_DATABASE, quoteIdentifier } from "./postgres-client.ts";
import type { Migrate } from "./run-migrate.ts";
import { explainConnectionsLeft } from "./run-migrate.ts";
import { refuseUnknownTables } from "./reset/ignored-tables.ts";
import { runSqlFile } from "./run-sql-file.ts";
import { makeRoomForExtensions, makeSchemasDatabase } from "./schemas-database.ts";
import { TEMPLATE_DATABASE } from "./template-database.ts";
import type { TestRole } from "./test-role.ts";
import { endSetUp, makeTestRole } from "./test-role.ts";
import type { Sessions } from "./with-session.ts";
import { withSession } from "./with-session.ts";

/** What a new server is made into. */
export interface Initialisation {
  /** Names of extensions. */
  readonly extensions: readonly string[];
  /** SQL files, in their order. */
  readonly migrations: readonly Migration[];
  /** What migrates after them. */
  readonly migrate?: Migrate | undefined;
  /** SQL files that come last, in their order. */
  readonly seeds: readonly Migration[];
  /** Names of tables that there must be. */
  readonly ignoredTables?: readonly string[] | undefined;
  /** Whether tests get schemas in one database, in place of databases. */
  readonly hasSchemas: boolean;
}

/** Makes the role that tests connect as, the schema and, from what it became, the template. */
export async function initialise(
  connection: ServiceConnection,
  { extensions, migrations, migrate, seeds, ignoredTables = [], hasSchemas }: Initialisation,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const { database = "" } = connection.details;
  const sessions = { connection, signal };
  const isClearable = await withSession(sessions, { database, as: "superuser" }, async (client) => {
    const hasNothing = await isUntouched(client);
    if (hasTestRole(connection)) await makeTestRole(client, testRoleOf(connection));
    if (hasSchemas) await makeRoomForExtensions(client, database);
    await createExtensions(client, connection.name, extensions);
    return hasNothing;
  });
  await migrateDatabase(connection, { migrations, migrate, seeds }, signal);
  if (ignoredTables.length > 0) {
    await withSession(sessions, { database, as: "user" }, (client) => {
      return refuseUnknownTables(client, connection.name, ignoredTables);
    });
  }
  const details = await withSession(sessions, { database: MAINTENANCE_DATABASE, as: "superuser" }, async (client) => {
    if (hasTestRole(connection)) await endSetUp(client, testRoleOf(connection).username);
    return makeTemplate(client, connection, database).catch((error: unknown) => {
      throw migrate === undefined ? error : explainConnectionsLeft(error, connection);
    });
  });
  if (hasSchemas) await makeSchemasDatabase(sessions);
  return { ...details, ...(isClearable && clearable) };
}

/** Brings a server's own database to the schema which tests expect. */
export async function migrateDatabase(
  connection: ServiceConnection,
  { migrations, migrate, seeds }: Pick<Initialisation, "migrations" | "migrate" | "seeds">,
  signal: AbortSignal,
): Promise<void> {
  const sessions = { connection, signal };
  await runSqlFiles(sessions, migrations);
  await migrate?.(connection, signal);
  await runSqlFiles(sessions, seeds);
}

/** Each file has a session of its own: what one sets, or leaves open, must not change what the next one means. */
async function runSqlFiles(sessions: Sessions, files: readonly Migration[]): Promise<void> {
  const { connection } = sessions;
  const { database = "" } = connection.details;
  for (const file of files) {
    await withSession(sessions, { database, as: "user" }, (client) => runSqlFile(client, connection, file));
  }
}

/** Otherwise `username` is the superuser, whom the image makes. */
function hasTestRole({ details }: ServiceConnection): boolean {
  return details["superuser"] !== undefined;
}

function testRoleOf({ details }: ServiceConnection): TestRole {
  const { username = "", password = "", database = "" } = details;
  return { username, password, database };
}

/**
 * Belongs to a superuser, so that tests cannot change it. Closed to connections last: a template that can be connected to is
 * not complete.
 */
async function makeTemplate(
  client: Client,
  connection: ServiceConnection,
  database: string,
): Promise<Readonly<Record<string, string>>> {
  const copy = { from: database, to: TEMPLATE_DATABASE };
  const isDurable = connection.details["durable"] === "true";
  await cloneDatabase(client, { ...copy, isDurable, hasProperties: false });
  const hasProperties = await copyProperties(client, copy);
  await client.query(
    `ALTER DATABASE ${quoteIdentifier(TEMPLATE_DATABASE)} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false`,
  );
  const owner = await ownerOf(client, database);
  return { template: TEMPLATE_DATABASE, owner, ...(hasProperties && { hasDatabaseProperties: "true" }) };
}

async function ownerOf(client: Client, database: string): Promise<string> {
  const { rows } = await client.query<{ owner: string }>(
    "SELECT pg_catalog.pg_get_userbyid(datdba) AS owner FROM pg_catalog.pg_database WHERE datname = $1",
    [database],
  );
  return rows[0]?.owner ?? "";
}
