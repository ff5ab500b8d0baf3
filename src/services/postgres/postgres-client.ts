import type { Client } from "pg";
import { messageOf } from "../../errors/describe.ts";
import { codeOf, lostConnectionCodes, unreachableCodes } from "../connection-loss.ts";
import { hostPort } from "../../container/host-port.ts";
import type { ServiceConnection } from "../../container/service-connection.ts";
import { KeptConnection } from "../kept-connection.ts";
import { POSTGRES_PORT } from "./postgres-port.ts";
import { SCHEMAS_DATABASE } from "./schema-names.ts";

/** The database that every server has, for statements about other databases. */
export const MAINTENANCE_DATABASE = "postgres";

/** Those in which many may make something. */
const sharedDatabases: ReadonlySet<string> = new Set([MAINTENANCE_DATABASE, SCHEMAS_DATABASE]);

/** A connection that can be told whether it keeps the process alive; `pg` can, its types do not say so. */
type RefCountedClient = Client & { ref(): void; unref(): void };

/** Where a connection leads, and whose it is. */
export interface Identity {
  /** Name of the database. */
  readonly database: string;
  /** Whether it is Cleanroom's own, which may do anything, or one like those of tests. */
  readonly as: "superuser" | "user";
}

/** Opens a connection to one database of a server. The caller ends it. */
export async function connectTo(connection: ServiceConnection, { database, as }: Identity): Promise<Client> {
  const { host, details } = connection;
  const { default: pg } = await import("pg");
  const client = new pg.Client({
    host,
    port: hostPort(connection, POSTGRES_PORT),
    database,
    ...credentials(details, as),
    ssl: false, // Otherwise PGSSLMODE, which is meant for other servers, would ask for it.
    application_name: "cleanroom",
    // Where everybody may make functions, a superuser must not call one that has the name of PostgreSQL's own.
    ...(sharedDatabases.has(database) && as === "superuser" && { options: "-c search_path=pg_catalog" }),
  });
  // A connection that breaks while nothing is asked of it is told by the next query; without a listener it ends the process.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

/** Without a superuser of Cleanroom's own, the user is one. */
function credentials(
  { username, password, superuser = username, superuserPassword = password }: ServiceConnection["details"],
  as: Identity["as"],
): { readonly user: string | undefined; readonly password: string | undefined } {
  return as === "user" ? { user: username, password } : { user: superuser, password: superuserPassword };
}

/** A kept connection for statements about a server's databases. The caller disposes it. */
export function maintenanceConnection(connection: ServiceConnection): KeptConnection<Client> {
  return keptConnection(connection, { database: MAINTENANCE_DATABASE, as: "superuser" });
}

/** A kept connection to one database of a server. The caller disposes it. */
export function keptConnection(connection: ServiceConnection, identity: Identity): KeptConnection<Client> {
  return new KeptConnection<Client>({
    open: () => connectTo(connection, identity),
    close: (client) => client.end(),
    // The error comes first: until the connection has ended as well, it takes no more queries.
    onEnd: (client, listener) => void client.once("error", listener).once("end", listener),
    setKeepsAlive,
    isBroken,
    isGone: (error) => isBroken(error) || unreachableCodes.has(codeOf(error)) || isShuttingDown(error),
  });
}

/** Sets whether a connection keeps the process alive. */
export function setKeepsAlive(client: Client, keepsAlive: boolean): void {
  const counted = client as RefCountedClient;
  if (keepsAlive) counted.ref();
  else counted.unref();
}

/** The server's administrator, or a crash, ended the session. Source: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const endedSessionCodes: ReadonlySet<string> = new Set(["57P01", "57P02"]);

function isBroken(error: unknown): boolean {
  const code = codeOf(error);
  if (lostConnectionCodes.has(code) || endedSessionCodes.has(code)) return true;
  // The driver gives these no code.
  return /^Connection terminated|is not queryable$/.test(messageOf(error));
}

/** The code alone would not do: a server that starts or recovers has the same. */
function isShuttingDown(error: unknown): boolean {
  return codeOf(error) === "57P03" && messageOf(error).includes("shutting down");
}

/** A name as SQL takes it literally, whatever is in it. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
