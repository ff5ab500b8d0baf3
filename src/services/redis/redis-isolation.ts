import type { IsolateOptions } from "../isolate-options.ts";
import type { IsolationOptions, IsolationPer } from "../isolation-options.ts";

/** What an isolated part is: `database`, a logical database of the server; `server`, a server that nobody else uses. */
export type RedisIsolationMode = "database" | "server";

/** How tests share a Redis server. */
export interface RedisIsolationOptions<Per extends IsolationPer = IsolationPer> extends Pick<
  IsolationOptions<Per>,
  "per"
> {
  /**
   * What a test gets. With `server` nothing is refused, and the next server is started while one is used.
   * @default "database"
   */
  readonly mode?: RedisIsolationMode;
}

/** How an isolated part of a Redis server is asked for. */
export interface RedisIsolateOptions extends IsolateOptions {
  /**
   * Whether it is a server of its own, where FLUSHALL, SWAPDB and CONFIG SET may be used as well. It is started when it is asked
   * for, unless `isolation.mode` is `"server"`, and removed when it is given back.
   * @default false; true where `isolation.mode` is `"server"`
   */
  readonly isolated?: boolean;
}
