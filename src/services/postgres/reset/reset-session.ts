import type { Identity } from "../postgres-client.ts";

/**
 * A session in a database that is reset, of a superuser whom neither triggers nor foreign keys concern, and who reads and writes
 * every value as the same text, whatever the database's settings are. He calls nothing that a test may have made.
 *
 * The formats are those that pg_dump uses: https://github.com/postgres/postgres/blob/REL_18_STABLE/src/bin/pg_dump/pg_dump.c
 */
export function resetSession(database: string): Identity {
  return { database, as: "superuser", settings };
}

/** Temporary tables come last: otherwise one could have the name of a catalog. */
export const SAFE_PATH = "pg_catalog,pg_temp";

/** The statement that has the session find PostgreSQL's own functions, whatever was called since. */
export const RETURN_TO_SAFE_PATH: string = `SET search_path = ${SAFE_PATH}`;

const settings: Readonly<Record<string, string>> = {
  search_path: SAFE_PATH,
  role: "none",
  session_replication_role: "replica",
  default_transaction_read_only: "off",
  default_transaction_isolation: "read committed",
  statement_timeout: "10s",
  lock_timeout: "1s",
  jit: "off",
  DateStyle: "ISO",
  IntervalStyle: "postgres",
  extra_float_digits: "3",
  xmloption: "content",
};
