import type { PortRange } from "../../spec/container-spec.ts";
import type { DivisibleServiceOptions, IsolationPer } from "../isolation-options.ts";
import type { PartVariables, VariableSource } from "../part-variables.ts";
import type { MigrationCommand, MigrationFunction } from "./migrate-options.ts";
import type { PostgresIsolationMode, PostgresIsolationOptions } from "./postgres-isolation.ts";
import type { PostgresParts } from "./postgres-parts.ts";

/** Options of `postgres()`; of one whose tests get databases, unless `Mode` says otherwise. */
export interface PostgresOptions<
  Per extends IsolationPer = IsolationPer,
  Mode extends PostgresIsolationMode = "clone" | "reset",
> extends DivisibleServiceOptions<Per> {
  /**
   * Name of the database that is made.
   * @default "test"
   */
  readonly database?: string;
  /**
   * Name of the user that is made, who owns it and every isolated database; migrations and tests connect as this user. An
   * ordinary one, who may make roles in migrations and not in tests, and never databases.
   * @default "test"
   */
  readonly username?: string;
  /** That user's password; a random one when absent. */
  readonly password?: string;
  /**
   * Makes that user the superuser, as the image by itself does. Then a test can change the whole server, and what other tests
   * get.
   * @default false
   */
  readonly superuser?: boolean;
  /**
   * Extensions that a superuser creates in the database before the migrations run, with those that they need.
   * @default []
   */
  readonly extensions?: readonly string[];
  /**
   * SQL files that make the schema, as paths or patterns relative to the configuration's directory. Run once, in the order of
   * the list, those of a pattern in the order of their names; each file in a transaction unless it has its own.
   * @default []
   */
  readonly migrations?: readonly string[];
  /**
   * A function or a command that migrates, for what is no SQL file. It runs after those, once for all processes together, and
   * again when it or one of its `inputs` changes.
   */
  readonly migrate?: MigrationFunction | MigrationCommand;
  /**
   * SQL files that fill the schema, listed and run as `migrations` are, and after everything that migrates.
   * @default []
   */
  readonly seeds?: readonly string[];
  /** Settings of the server, as in `postgresql.conf`, for example `{ max_connections: "200" }`. They win over Cleanroom's. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Environment variables, as the image documents them. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Keeps data on disk and flushes it there, as in production. Otherwise data lives in memory, and nothing waits for a disk.
   * @default false
   */
  readonly durable?: boolean;
  /** The port on this machine, or a range of which a free one is taken; any free one when absent. */
  readonly hostPort?: number | PortRange;
  /** How tests get parts of it. */
  readonly isolation?: PostgresIsolationOptions<Per, Mode>;
  /**
   * Environment variables by which programs find a part of it, such as `{ DATABASE_URL: "url", PGPORT: "port" }`; the value is a
   * property of the part, or what a function makes of it. `cleanroom run` sets them, and test runners do where `isolation.per` is
   * `"file"` or `"worker"`, before a test file is loaded.
   */
  readonly variables?: PartVariables<PostgresParts[Mode]>;
}

/** Options of `postgres()`, whatever tests get. */
export type AnyPostgresOptions = Omit<PostgresOptions<IsolationPer, PostgresIsolationMode>, "variables"> & {
  readonly variables?: Readonly<Record<string, VariableSource>>;
};
