import type { Client, DatabaseError } from "pg";
import type { ServiceConnection } from "../../container/service-connection.ts";
import { messageOf } from "../../errors/describe.ts";
import type { MigrationErrorDetails } from "../../errors/migration-error.ts";
import { MigrationError } from "../../errors/migration-error.ts";
import type { Migration } from "./migrations.ts";
import { lacksRights, rightsHint } from "./rights-hint.ts";

/**
 * Runs a file in a session of its own. One of several statements is one implicit transaction:
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT
 *
 * @throws MigrationError when the server refuses it, or it leaves a transaction open.
 */
export async function runSqlFile(
  client: Client,
  connection: ServiceConnection,
  { file, sql }: Migration,
): Promise<void> {
  const { name: container } = connection;
  try {
    await client.query(sql);
  } catch (error) {
    const refusal = refusalOf(error as Partial<DatabaseError>, sql, connection);
    throw new MigrationError({ container, file, ...refusal }, error);
  }
  if (client.getTransactionStatus() === "I") return;
  throw new MigrationError({ container, file, reason: "it leaves a transaction open; add COMMIT" });
}

/** What the server said, and of which line. */
function refusalOf(
  error: Partial<DatabaseError>,
  sql: string,
  connection: ServiceConnection,
): Pick<MigrationErrorDetails, "reason" | "line" | "hint"> {
  const { position } = error;
  const hint = [error.hint, lacksRights(error) ? rightsHint(connection) : undefined].filter(Boolean).join(" ");
  const said = { reason: messageOf(error), ...(hint !== "" && { hint }) };
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
