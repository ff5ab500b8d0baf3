import type { Client, DatabaseError } from "pg";
import type { ServiceConnection } from "../../container/service-connection.ts";
import { messageOf } from "../../errors/describe.ts";
import type { MigrationErrorDetails } from "../../errors/migration-error.ts";
import { MigrationError } from "../../errors/migration-error.ts";
import { abortable } from "../../time/abortable.ts";
import { cloneDatabase, copyProperties } from "./clone-database.ts";
import type { Migration } from "./migrations.ts";
import { connectTo, MAINTENANCE_DATABASE, quoteIdentifier } from "./postgres-client.ts";
import { TEMPLATE_DATABASE } from "./template-database.ts";

/** Makes the schema and, from what it became, the template. */
export async function initialise(
  connection: ServiceConnection,
  migrations: readonly Migration[],
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const { database = "" } = connection.details;
  // Each file has a session of its own: what one sets, or leaves open, must not change what the next one means.
  for (const migration of migrations) {
    await withSession(connection, database, signal, (client) => migrate(client, connection.name, migration));
  }
  const hasProperties = await withSession(connection, MAINTENANCE_DATABASE, signal, (client) =>
    makeTemplate(client, connection, database),
  );
  return { template: TEMPLATE_DATABASE, ...(hasProperties && { hasDatabaseProperties: "true" }) };
}

async function withSession<T>(
  connection: ServiceConnection,
  database: string,
  signal: AbortSignal,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const client = await abortable(connectTo(connection, database), signal);
  const close = (): void => {
    void client.end();
  };
  signal.addEventListener("abort", close, { once: true });
  try {
    return await abortable(work(client), signal);
  } finally {
    signal.removeEventListener("abort", close);
    await client.end();
  }
}

/** A file of several statements is one implicit transaction: https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT */
async function migrate(client: Client, container: string, { file, sql }: Migration): Promise<void> {
  try {
    await client.query(sql);
  } catch (error) {
    throw new MigrationError({ container, file, ...refusalOf(error as Partial<DatabaseError>, sql) }, error);
  }
  if (client.getTransactionStatus() === "I") return;
  throw new MigrationError({ container, file, reason: "it leaves a transaction open; add COMMIT" });
}

/** What the server said, and of which line. */
function refusalOf(
  error: Partial<DatabaseError>,
  sql: string,
): Pick<MigrationErrorDetails, "reason" | "line" | "hint"> {
  const { position, hint } = error;
  const said = { reason: messageOf(error), ...(hint !== undefined && { hint }) };
  if (position === undefined) return said;
  // The server counts characters, JavaScript those beyond the 65,536th twice.
  const before = Array.from(sql).slice(0, Number(position) - 1);
  const line = before.join("").split("\n");
  const rest = Array.from(sql).slice(before.length).join("");
  const isMetaCommand = rest.startsWith("\\") && line.at(-1)?.trim() === "";
  return { ...said, line: line.length, ...(isMetaCommand && { reason: metaCommandReason(rest) }) };
}

function metaCommandReason(text: string): string {
  return `psql meta commands are not SQL: ${/^\S*/.exec(text)?.[0] ?? ""}`;
}

/** Closed to connections last: a template that can be connected to is not complete. */
async function makeTemplate(client: Client, connection: ServiceConnection, database: string): Promise<boolean> {
  const copy = { from: database, to: TEMPLATE_DATABASE };
  const isDurable = connection.details["durable"] === "true";
  await cloneDatabase(client, { ...copy, isDurable, hasProperties: false });
  const hasProperties = await copyProperties(client, copy);
  await client.query(
    `ALTER DATABASE ${quoteIdentifier(TEMPLATE_DATABASE)} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false`,
  );
  return hasProperties;
}
