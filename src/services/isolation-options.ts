import type { ServiceOptions } from "./service-options.ts";

/** Which tests share an isolated part. */
export type IsolationPer = "test" | "file" | "worker";

/** How a test runner's integration divides a service among tests. */
export interface IsolationOptions<Per extends IsolationPer = IsolationPer> {
  /**
   * Who gets a part of its own: each test, each test file, or each worker of the runner. `isolate()` makes a new part whatever
   * this says.
   * @default "test"
   */
  readonly per?: Per;
  /**
   * How long the part of a test that failed is kept, with its server, to look at what the test left, in milliseconds. Only
   * databases and schemas of PostgreSQL are, and only of a test that had one of its own.
   * @default 600_000; 0 where the environment variable `CI` is set
   */
  readonly keepFailedMs?: number;
  /**
   * Whether what is in the part of a test that failed is written to a file, in `.cleanroom/failed` of the project, where that part
   * is not kept. Only databases of PostgreSQL are, and only of a test that had one of its own.
   * @default true
   */
  readonly dumpFailed?: boolean;
}

/** Options of every service that has parts. */
export interface DivisibleServiceOptions<Per extends IsolationPer = IsolationPer> extends ServiceOptions {
  /** How tests get parts of it. */
  readonly isolation?: IsolationOptions<Per>;
}
