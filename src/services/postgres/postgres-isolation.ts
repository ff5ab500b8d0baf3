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
}
