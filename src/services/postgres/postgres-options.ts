import type { DivisibleServiceOptions, IsolationPer } from "../isolation-options.ts";

/** Options of `postgres()`. */
export interface PostgresOptions<Per extends IsolationPer = IsolationPer> extends DivisibleServiceOptions<Per> {
  /**
   * Name of the database that is made.
   * @default "test"
   */
  readonly database?: string;
  /**
   * Name of the user that is made, who owns it and is a superuser.
   * @default "test"
   */
  readonly username?: string;
  /** That user's password; a random one when absent. */
  readonly password?: string;
  /**
   * SQL files that make the schema, as paths or patterns relative to the configuration's directory. Run once, in the order of
   * the list, those of a pattern in the order of their names; each file in a transaction unless it has its own.
   * @default []
   */
  readonly migrations?: readonly string[];
  /** Settings of the server, as in `postgresql.conf`, for example `{ max_connections: "200" }`. They win over Cleanroom's. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Environment variables, as the image documents them. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Keeps data on disk and flushes it there, as in production. Otherwise data lives in memory, and nothing waits for a disk.
   * @default false
   */
  readonly durable?: boolean;
  /** The port on this machine; a free one is chosen when absent. */
  readonly hostPort?: number;
}
