/** What a function that migrates is given. */
export interface MigrationContext {
  /** The database, `postgres://user:password@host:port/database`. */
  readonly url: string;
  /** Aborts when the start is given up or takes too long. */
  readonly signal: AbortSignal;
}

/** A function that brings the database to the schema which tests expect. */
export interface MigrationFunction {
  /**
   * Migrates, and closes what it opened. It runs in the process that starts the server; other processes wait for it. When its
   * text changes, it runs again; changes of what it calls are seen only through `inputs`.
   */
  readonly run: (context: MigrationContext) => void | Promise<void>;
  /** Files that its outcome depends on, as paths or patterns relative to the configuration's directory. */
  readonly inputs: readonly string[];
}

/** A program that brings the database to the schema which tests expect, such as a migration tool. */
export interface MigrationCommand {
  /**
   * The program and its arguments, run in the configuration's directory. It has this process's environment, and the database
   * as `DATABASE_URL`, `PGHOST`, `PGPORT`, `PGUSER`, `PGPASSWORD` and `PGDATABASE`. On Windows a shell runs it, which finds
   * `npx.cmd`.
   */
  readonly command: readonly string[];
  /** Further variables, for a tool that has other names for the database's URL. */
  readonly env?: (url: string) => Readonly<Record<string, string>>;
  /** Files that its outcome depends on, as paths or patterns relative to the configuration's directory. */
  readonly inputs: readonly string[];
}
