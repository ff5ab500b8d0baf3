import type { Client } from "pg";
import type { ServiceConnection } from "../../../container/service-connection.ts";
import { cloneDatabase } from "../clone-database.ts";
import { connectTo, quoteIdentifier } from "../postgres-client.ts";
import { RESET_TEMPLATE_DATABASE, TEMPLATE_DATABASE } from "../template-database.ts";
import { markWrites } from "./mark-writes.ts";
import type { ResetPlan } from "./reset-plan.ts";
import { resetSession } from "./reset-session.ts";

/**
 * Copies the template into one whose copies note what is written to them, in place of what a predecessor made, of which nobody
 * knows how its copies are reset.
 *
 * @param client - A superuser's connection to another database.
 */
export async function makeResetTemplate(connection: ServiceConnection, client: Client): Promise<ResetPlan> {
  const { details } = connection;
  const name = quoteIdentifier(RESET_TEMPLATE_DATABASE);
  await client.query(`DROP DATABASE IF EXISTS ${name}`);
  await cloneDatabase(client, {
    from: TEMPLATE_DATABASE,
    to: RESET_TEMPLATE_DATABASE,
    isDurable: details["durable"] === "true",
    hasProperties: details["hasDatabaseProperties"] === "true",
  });
  const session = await connectTo(connection, resetSession(RESET_TEMPLATE_DATABASE));
  try {
    return await markWrites(session, ignoredTablesOf(connection));
  } finally {
    await session.end();
    await client.query(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS false`);
  }
}

function ignoredTablesOf({ details }: ServiceConnection): readonly string[] {
  return JSON.parse(details["ignoredTables"] ?? "[]") as readonly string[];
}
