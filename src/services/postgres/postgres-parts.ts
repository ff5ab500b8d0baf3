import type { PostgresDatabase } from "./postgres-database.ts";
import type { PostgresIsolationMode } from "./postgres-isolation.ts";
import type { PostgresSchema } from "./postgres-own-schema.ts";
import type { PostgresTransaction } from "./postgres-transaction.ts";

/** What a test gets of a PostgreSQL server, by the mode of isolation. */
export interface PostgresParts extends Record<PostgresIsolationMode, AsyncDisposable> {
  /** A copy of the template. */
  readonly clone: PostgresDatabase;
  /** A database that others had before. */
  readonly reset: PostgresDatabase;
  /** A connection in a transaction. */
  readonly transaction: PostgresTransaction;
  /** A schema of its own. */
  readonly schema: PostgresSchema;
}
