import type { PostgresContainer } from "./postgres-container.ts";

/**
 * A database that belongs to its holder alone. Disposing gives it back, whoever is still connected to it: it is dropped, or with
 * `isolation: { mode: "reset" }` emptied and then called otherwise.
 */
export interface PostgresDatabase extends AsyncDisposable {
  /** The server it is on, shared with others: for its logs, or to run a command there. */
  readonly server: PostgresContainer;
  /** Its name. */
  readonly database: string;
  /** Where it answers from this machine, `postgres://user:password@host:port/database`. */
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
   * Remembers what is in it now, under a name, in place of what was remembered under that before. Whoever is connected to it
   * is disconnected. What is remembered goes with the database.
   *
   * @param name - `default` when absent.
   * @throws IsolationError when the server does not do it; TimeoutError when it takes 30 s.
   */
  snapshot(name?: string): Promise<void>;
  /**
   * Makes it what it was when a snapshot was taken. Whoever is connected to it is disconnected.
   *
   * @param name - `default` when absent.
   * @throws IsolationError when there is no such snapshot, or the server does not do it; TimeoutError when it takes 30 s.
   */
  restore(name?: string): Promise<void>;
  /**
   * What is in it, as SQL that `psql` reads, without owners and privileges. The server's own `pg_dump` writes it, in the
   * server's container.
   *
   * @throws IsolationError when it has more than 50 MB, or `pg_dump` fails; TimeoutError when it takes 30 s; UnsupportedError when
   *   its server exists without Cleanroom.
   */
  dump(options?: { readonly signal?: AbortSignal | undefined }): Promise<string>;
  /**
   * Has it kept, with its server, after it was disposed, to look at what a test left. Of one server's databases the last ten
   * are kept; none where there is no coordinator to drop it in the end.
   *
   * @param forMs - For how long, in milliseconds; as the option `isolation.keepFailedMs` says when absent.
   * @returns For how long.
   */
  keep(forMs?: number): number;
}
