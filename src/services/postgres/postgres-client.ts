import type { Client, ClientConfig } from "pg";
import { messageOf } from "../../errors/describe.ts";
import { codeOf, lostConnectionCodes, unreachableCodes } from "../connection-loss.ts";
import { hostPort } from "../../container/host-port.ts";
import type { ServiceConnection } from "../../container/service-connection.ts";
import { KeptConnection, readied } from "../kept-connection.ts";
import { POSTGRES_PORT } from "./postgres-port.ts";
import { postgresUrl } from "./postgres-url.ts";
import { SCHEMAS_DATABASE } from "./schema-names.ts";

/** The database that every server has, for statements about other databases. */
export const MAINTENANCE_DATABASE = "postgres";

/** A connection that can be told whether it keeps the process alive; `pg` can, its types do not say so. */
type RefCountedClient = Client & { ref(): void; unref(): void };

/** Where a connection leads, and whose it is. */
export interface Identity {
  /** Name of the database. */
  readonly database: string;
  /** Whether it is Cleanroom's own, which may do anything, or one like those of tests. */
  readonly as: "superuser" | "user";
  /** How long connecting may take, in milliseconds; as long as it takes when absent. */
  readonly connectTimeoutMs?: number;
  /** Settings of the session, which win over those of the database. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** What leads to a server. */
type ServerAddress = Pick<ServiceConnection, "name" | "host" | "ports" | "details">;

/** Opens a connection to one database of a server. The caller ends it. */
export async function connectTo(connection: ServerAddress, identity: Identity): Promise<Client> {
  const { database, as, connectTimeoutMs = 0 } = identity;
  const { details } = connection;
  const { default: pg } = await import("pg");
  const client = new pg.Client({
    ...addressOf(connection, database, credentialsOf(details, as)),
    application_name: "cleanroom",
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    options: settingsOf(connection, identity)
      .map(([name, value]) => `-c ${name}=${value.replaceAll(/[\\ ]/g, "\\$&")}`)
      .join(" "),
  });
  // A connection that breaks while nothing is asked of it is told by the next query; without a listener it ends the process.
  client.on("error", () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    // Left half open, as by a password that is missing, it would hold up every DROP DATABASE for a minute.
    client.end().catch(() => undefined);
    throw error;
  }
}

/** Where the server is; where its URL says more, as that says it. */
function addressOf(
  { host, ports, name, details: { parameters = "" } }: ServerAddress,
  database: string,
  credentials: ReturnType<typeof credentialsOf>,
): ClientConfig {
  const address = { host, port: hostPort({ name, ports }, POSTGRES_PORT), database };
  // Otherwise PGSSLMODE, which is meant for other servers, would ask for encryption.
  if (parameters === "") return { ...address, ...credentials, ssl: false };
  const { user: username = "", password = "" } = credentials;
  return { connectionString: postgresUrl({ ...address, username, password, parameters }) };
}

/** The database that statements about others are sent from. */
export function maintenanceDatabaseOf({ details }: Pick<ServiceConnection, "details">): string {
  return details["maintenance"] ?? MAINTENANCE_DATABASE;
}

function settingsOf(
  connection: ServerAddress,
  { database, as, settings = {} }: Identity,
): readonly (readonly [string, string])[] {
  // Where everybody may make functions, a superuser must not call one that has the name of PostgreSQL's own.
  const isShared = database === maintenanceDatabaseOf(connection) || database === SCHEMAS_DATABASE;
  return Object.entries({ ...(isShared && as === "superuser" && { search_path: "pg_catalog" }), ...settings });
}

/** Without a superuser of Cleanroom's own, the user is one. */
function credentialsOf(
  { username, password, superuser = username, superuserPassword = password }: ServiceConnection["details"],
  as: Identity["as"],
): { readonly user: string | undefined; readonly password: string | undefined } {
  return as === "user" ? { user: username, password } : { user: superuser, password: superuserPassword };
}

/**
 * A kept connection for statements about a server's databases. The caller disposes it.
 *
 * @param prepare - Does what is needed on every connection that is opened.
 */
export function maintenanceConnection(
  connection: ServiceConnection,
  prepare: (client: Client) => Promise<unknown> = () => Promise.resolve(),
): KeptConnection<Client> {
  return keptConnection(async () => {
    const client = await connectTo(connection, { database: maintenanceDatabaseOf(connection), as: "superuser" });
    return readied(client, prepare, () => client.end());
  });
}

/** A kept connection that `open` opens. The caller disposes it. */
export function keptConnection(open: () => Promise<Client>): KeptConnection<Client> {
  return new KeptConnection<Client>({
    open,
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
