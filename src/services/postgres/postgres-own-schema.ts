import type { PostgresContainer } from "./postgres-container.ts";

/** A schema that belongs to its holder alone, in a database that others have schemas in. Disposing drops it. */
export interface PostgresSchema extends AsyncDisposable {
  /** The server it is on, shared with others: for its logs, or to run a command there. */
  readonly server: PostgresContainer<PostgresSchema>;
  /** Its name. */
  readonly schema: string;
  /** Name of the database that it is in. */
  readonly database: string;
  /**
   * Where it answers from this machine: the URL of the database, with the search path in `options`, as libpq and most drivers
   * take it, and the schema's name as `application_name`, by which connections are ended that are left open.
   */
  readonly url: string;
  /** The same as `url`, under the name that `pg` gives it. */
  readonly connectionString: string;
  /**
   * Where it answers from other containers of the environment.
   *
   * @throws UnsupportedError when its server is on no shared network.
   */
  readonly networkUrl: string;
  /** Host name or address of the server, from this machine. */
  readonly host: string;
  /** Port of the server on this machine. */
  readonly port: number;
  /** User to connect as. */
  readonly username: string;
  /** That user's password. */
  readonly password: string;
  /**
   * Has it kept, with its server, after it was disposed, to look at what a test left. Of one server's schemas the last ten are
   * kept; none where there is no coordinator to drop it in the end.
   *
   * @param forMs - For how long, in milliseconds; as the option `isolation.keepFailedMs` says when absent.
   * @returns For how long.
   */
  keep(forMs?: number): number;
}
