import type { IsolationPer } from "../isolation-options.ts";
import type { ServiceDefinition } from "../service-definition.ts";
import { writtenOptions } from "../written-options.ts";
import type { RedisContainer } from "./redis-container.ts";
import type { RedisDatabase } from "./redis-database.ts";
import type { RedisOptions } from "./redis-options.ts";

/**
 * A Redis server as a service, of which every test can have a logical database of its own. Describes it only; an environment
 * or a test runner's plugin starts it, once, when it is needed.
 *
 * @param image - The official image, or one with the same conventions: https://hub.docker.com/_/redis
 */
export function redis<const Per extends IsolationPer = "test">(
  image: string,
  options: RedisOptions<Per> = {},
): ServiceDefinition<RedisContainer, RedisDatabase, Per> {
  const written = writtenOptions(options);
  return {
    kind: "redis",
    image,
    options: written,
    dependsOn: written.dependsOn ?? {},
    hasOwnContainers: written.isolation?.mode === "server",
    load: async () => (await import("./redis-kind.ts")).redisKind(image, options),
  };
}
