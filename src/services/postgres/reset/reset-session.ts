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

const settings: Readonly<Record<string, string>> = {
  search_path: "pg_catalog",
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
