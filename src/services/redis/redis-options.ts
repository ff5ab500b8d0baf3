import type { PortRange } from "../../spec/container-spec.ts";
import type { DivisibleServiceOptions, IsolationPer } from "../isolation-options.ts";
import type { PartVariables } from "../part-variables.ts";
import type { RedisDatabase } from "./redis-database.ts";
import type { RedisIsolationOptions } from "./redis-isolation.ts";

/** Options of `redis()`. */
export interface RedisOptions<Per extends IsolationPer = IsolationPer> extends DivisibleServiceOptions<Per> {
  /**
   * The password of the default user; a random one when absent, which needs Redis 6.2 or later. `false`: none, for clients
   * that cannot send one; then isolated databases have no users of their own, and nothing is refused to their holders.
   */
  readonly password?: string | false;
  /**
   * How many logical databases the server has. Each isolated part takes one while it is in use; two are kept back.
   * @default 1_024
   */
  readonly databases?: number;
  /** Settings of the server, as in `redis.conf`, for example `{ maxmemory: "64mb" }`. They win over Cleanroom's. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Environment variables, as the image documents them. */
  readonly env?: Readonly<Record<string, string>>;
  /** How tests get parts of it. */
  readonly isolation?: RedisIsolationOptions<Per>;
  /**
   * Environment variables by which programs find a part of it, such as `{ REDIS_URL: "url", REDIS_PORT: "port" }`; the value is a
   * property of the part, or what a function makes of it. `cleanroom run` sets them, and test runners do where `isolation.per` is
   * `"file"` or `"worker"`, before a test file is loaded.
   */
  readonly variables?: PartVariables<RedisDatabase>;
  /** The port on this machine, or a range of which a free one is taken; any free one when absent. */
  readonly hostPort?: number | PortRange;
}
