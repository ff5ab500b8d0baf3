import type { Client } from "pg";
import { EXTENSIONS_SCHEMA, SCHEMA_SCRIPT, TEMPLATE_SCHEMA } from "./schema-names.ts";

/** What makes a schema of a name as the migrations left theirs: SQL that is one transaction. */
export type SchemaScript = (schema: string) => string;

/** Where names are looked for that say no schema. */
export function searchPathOf(schema: string): string {
  return `${schema},${EXTENSIONS_SCHEMA}`;
}

/** Reads the script that is kept in the server's data directory, as a superuser. */
export async function readSchemaScript(client: Client): Promise<SchemaScript> {
  const { rows } = await client.query<{ sql: Buffer }>(
    `SELECT pg_catalog.pg_read_binary_file('${SCHEMA_SCRIPT}') AS sql`,
  );
  const sql = withoutKey(rows[0]?.sql.toString("utf8") ?? "");
  // The script names everything with its schema. What functions name is found as it is in tests.
  const prepared = sql.replace(
    "set_config('search_path', '', false)",
    `set_config('search_path', '${searchPathOf(TEMPLATE_SCHEMA)}', false)`,
  );
  return (schema) => prepared.replaceAll(TEMPLATE_SCHEMA, schema);
}

/**
 * Its first and its last line may be for psql, with a key that is in nothing else.
 *
 * Source: https://www.postgresql.org/docs/current/app-psql.html#APP-PSQL-META-COMMAND-RESTRICT
 */
function withoutKey(sql: string): string {
  const key = /^(?:--.*\n|\n)*\\restrict (\w+)\n/.exec(sql)?.[1];
  return key === undefined ? sql : sql.replace(`\\restrict ${key}\n`, "\n").replace(`\\unrestrict ${key}\n`, "\n");
}
