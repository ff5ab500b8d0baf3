import type { RedisContainer } from "./redis-container.ts";

/** A logical database that belongs to its holder alone. Disposing ends its connections, empties it and gives it back. */
export interface RedisDatabase extends AsyncDisposable {
  /** The server it is on, shared with others unless it is its holder's own: for its logs, or to run a command there. */
  readonly server: RedisContainer;
  /** Its number. */
  readonly database: number;
  /** Where it answers from this machine, `redis://user:password@host:port/number`. */
  readonly url: string;
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
  /** User to connect as, who may do what concerns this database; empty for the default user, who may do everything. */
  readonly username: string;
  /** That user's password; empty when there is none. */
  readonly password: string;
}
