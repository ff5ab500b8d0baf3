import type { ServiceKind } from "../service-definition.ts";
import { planExistingRedis } from "./existing-redis.ts";
import { RedisContainer } from "./redis-container.ts";
import type { RedisDatabase } from "./redis-database.ts";
import type { RedisOptions } from "./redis-options.ts";
import { planRedis } from "./redis-plan.ts";

/** How a Redis server is run, reached and divided into logical databases. */
export function redisKind(image: string, options: RedisOptions): ServiceKind<RedisContainer, RedisDatabase> {
  return {
    validate: async (name) => {
      const [{ validateOptions }, { redisOptionsSchema }] = await Promise.all([
        import("../validate-options.ts"),
        import("./redis-schema.ts"),
      ]);
      validateOptions(redisOptionsSchema, { name, kind: "redis", image, options });
    },
    plan: (context) => planRedis(image, options, context),
    planExisting: (address) => planExistingRedis(address, options),
    attach: (connection, access) => new RedisContainer(connection, access, options.isolation?.mode),
    isolate: (handle, options) => handle.isolate(options),
  };
}
