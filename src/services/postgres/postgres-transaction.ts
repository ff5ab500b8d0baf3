import type { Client } from "pg";
import type { PostgresContainer } from "./postgres-container.ts";

/**
 * A transaction that belongs to its holder alone, in a database that nobody else is in meanwhile. Disposing rolls it back;
 * there is nothing of it to keep or to look at afterwards.
 */
export interface PostgresTransaction extends AsyncDisposable {
  /** The server it is on, shared with others: for its logs, or to run a command there. */
  readonly server: PostgresContainer<PostgresTransaction>;
  /** Name of the database. */
  readonly database: string;
  /**
   * The connection that is in the transaction; of the `pg` that Cleanroom depends on. It is connected, and disposing the
   * transaction ends it for its holder.
   *
   * `BEGIN`, `COMMIT` and `ROLLBACK` on their own set, release and return to a savepoint. Whatever else ends the transaction
   * costs the database, which nobody gets again.
   */
  readonly client: Client;
}
