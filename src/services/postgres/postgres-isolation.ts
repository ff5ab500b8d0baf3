import type { IsolationOptions, IsolationPer } from "../isolation-options.ts";

/**
 * What an isolated part is, and how it becomes pristine again:
 * - `clone`: a database that is copied from the template and dropped after use;
 * - `reset`: a database that is emptied of what its holder wrote, and then handed out again;
 * - `transaction`: a connection in a transaction that is rolled back;
 * - `schema`: a schema of its own in a database that others have schemas in.
 */
export type PostgresIsolationMode = "clone" | "reset" | "transaction" | "schema";

/** How tests share a PostgreSQL server. */
export interface PostgresIsolationOptions<
  Per extends IsolationPer = IsolationPer,
  Mode extends PostgresIsolationMode = PostgresIsolationMode,
> extends IsolationOptions<Per> {
  /**
   * What a test gets.
   * @default "clone"
   */
  readonly mode?: Mode;
  /**
   * Tables whose rows and sequences stay as tests leave them, by name or as `schema.name`, with their partitions and
   * inheritors; only for `mode: "reset"`. They are as the migrations left them only in a new database.
   * @default []
   */
  readonly ignoredTables?: readonly string[];
}
