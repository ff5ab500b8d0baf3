import { createHash } from "node:crypto";
import type { Client } from "pg";
import type { ServiceConnection } from "../../container/service-connection.ts";
import { IsolationError } from "../../errors/isolation-error.ts";
import { isolating } from "../isolating.ts";
import { cloneDatabase } from "./clone-database.ts";
import { copySettings } from "./copy-settings.ts";
import { dropDatabase, endSessions } from "./drop-database.ts";
import { maintenanceConnection, quoteIdentifier } from "./postgres-client.ts";

/** Which state of which database. */
export interface SnapshotRequest {
  /** The server. */
  readonly connection: ServiceConnection;
  /** Name of the database. */
  readonly database: string;
  /** What the state is called. */
  readonly name: string;
}

/** What the databases are called that hold the states of another one, which they go with. */
export function snapshotPrefix(database: string): string {
  return `${database}_state_`;
}

/**
 * Copies a database as it is now, in place of what had the same name. Ends every connection to it: a database in use cannot be
 * copied.
 */
export function takeSnapshot(request: SnapshotRequest): Promise<void> {
  const { connection, database } = request;
  const state = stateOf(request);
  return maintain(request, `take a snapshot of ${database}`, async (client) => {
    await client.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(state)}`);
    await client.query(`ALTER DATABASE ${quoteIdentifier(database)} WITH ALLOW_CONNECTIONS false`);
    try {
      await endSessions(client, database);
      await copy(client, connection, { from: database, to: state });
    } finally {
      await client.query(`ALTER DATABASE ${quoteIdentifier(database)} WITH ALLOW_CONNECTIONS true`);
    }
  });
}

/** Makes a database what it was when a snapshot was taken, and ends every connection to it. The snapshot stays. */
export function restoreSnapshot(request: SnapshotRequest): Promise<void> {
  const { connection, database, name } = request;
  const state = stateOf(request);
  return maintain(request, `restore ${database}`, async (client) => {
    const { rowCount } = await client.query("SELECT 1 FROM pg_catalog.pg_database WHERE datname = $1", [state]);
    if (rowCount === 0) {
      const reason = `it has no snapshot ${JSON.stringify(name)}.`;
      const hint = `Take one before: \`await database.snapshot(${JSON.stringify(name)})\`.`;
      const operation = `restore ${database} of ${connection.name}`;
      throw new IsolationError({ container: connection.name, operation, failure: "failed", reason, hint });
    }
    await dropDatabase(client, database);
    await copy(client, connection, { from: state, to: database });
  });
}

/** A name may be anything; of a database's, only 63 bytes count. */
function stateOf({ database, name }: SnapshotRequest): string {
  return `${snapshotPrefix(database)}${createHash("sha256").update(name).digest("hex").slice(0, 16)}`;
}

async function maintain(
  { connection }: SnapshotRequest,
  operation: string,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  const task = { container: connection.name, operation: `${operation} of ${connection.name}` };
  await using maintenance = maintenanceConnection(connection);
  await isolating(task, (turn) => maintenance.use(work, turn));
}

async function copy(
  client: Client,
  { details }: ServiceConnection,
  pair: { readonly from: string; readonly to: string },
): Promise<void> {
  const isDurable = details["durable"] === "true";
  const hasProperties = details["maintenance"] === undefined; // Elsewhere we may be no superuser.
  await cloneDatabase(client, { ...pair, owner: details["owner"], isDurable, hasProperties });
  if (!hasProperties) await copySettings(client, pair);
}
