import type { Client, DatabaseError } from "pg";
import type { ServiceConnection } from "../../container/service-connection.ts";
import { messageOf } from "../../errors/describe.ts";
import { MigrationError } from "../../errors/migration-error.ts";
import { abortable } from "../../time/abortable.ts";
import type { Migration } from "./migrations.ts";
import { connectTo, quoteIdentifier } from "./postgres-client.ts";
import { cloneDatabase } from "./clone-database.ts";

/** Name of the database that clones are made from. Nobody can connect to it, so it stays as it was made. */
export const TEMPLATE_DATABASE = "cleanroom_template";

/** Makes the schema and, from what it became, the template. */
export async function initialise(
  connection: ServiceConnection,
  migrations: readonly Migration[],
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const { database = "" } = connection.details;
  const client = await abortable(connectTo(connection, database), signal);
  const close = (): void => {
    void client.end();
  };
  signal.addEventListener("abort", close, { once: true });
  try {
    for (const migration of migrations) await abortable(migrate(client, connection.name, migration), signal);
    await abortable(makeTemplate(client, connection, database), signal);
    return { template: TEMPLATE_DATABASE };
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
    const { position, hint } = error as Partial<DatabaseError>;
    const line = position === undefined ? undefined : lineAt(sql, Number(position));
    throw new MigrationError(
      {
        container,
        file,
        reason: messageOf(error),
        ...(line !== undefined && { line }),
        ...(hint !== undefined && { hint }),
      },
      error,
    );
  }
}

function lineAt(sql: string, position: number): number {
  return sql.slice(0, position - 1).split("\n").length;
}

/** Closed to connections last: a template that can be connected to is not complete. */
async function makeTemplate(client: Client, connection: ServiceConnection, database: string): Promise<void> {
  await cloneDatabase(client, {
    from: database,
    to: TEMPLATE_DATABASE,
    isDurable: connection.details["durable"] === "true",
  });
  await client.query(
    `ALTER DATABASE ${quoteIdentifier(TEMPLATE_DATABASE)} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false`,
  );
}
