import type { Client } from "pg";
import { ConfigurationError } from "../../../errors/configuration-error.ts";
import { nearest } from "../../../validation/nearest.ts";

/**
 * Checks that there are the tables whose rows tests may leave.
 *
 * @param container - Name of the service, for messages.
 * @throws ConfigurationError when there is none of a name.
 */
export async function refuseUnknownTables(
  client: Client,
  container: string,
  ignoredTables: readonly string[],
): Promise<void> {
  const { rows } = await client.query<{ name: string; qualified: string }>(ALL_TABLES);
  const known = rows.flatMap(({ name, qualified }) => [name, qualified]);
  const problems = ignoredTables.flatMap((table, index) =>
    known.includes(table) ? [] : [{ path: `isolation.ignoredTables.${index}`, message: unknown(table, known) }],
  );
  if (problems.length > 0) throw new ConfigurationError({ origin: container, problems });
}

function unknown(table: string, known: readonly string[]): string {
  const meant = nearest(table, known);
  const advice = meant === undefined ? "" : `; did you mean ${JSON.stringify(meant)}?`;
  return `the migrations made no table ${JSON.stringify(table)}${advice}`;
}

const ALL_TABLES = `
  SELECT relname AS name, nspname || '.' || relname AS qualified
  FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace
  WHERE relkind IN ('r', 'p') AND nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
  ORDER BY relname, nspname`;
