import type { ContainerIsolationOptions, ServiceDefinition } from "cleanroom-test";
import { command, container, postgres, redis } from "cleanroom-test";

/** A service in plain data, as it is described to a client. */
export interface ServiceDescription {
  readonly kind: "postgres" | "redis" | "service" | "reset" | "once";
  readonly options?: Readonly<Record<string, unknown>>;
}

const factories = {
  postgres: (options: object) => postgres("cleanroom-test/postgres:15", options),
  redis: (options: object) => redis("cleanroom-test/redis:7", options),
  service: (options: object) => container("cleanroom-test/service:1", { ports: [8080], ...options }),
  reset: (options: object) => ownRedis({ reset: command(["redis-cli", "flushall"]) }, options),
  once: (options: object) => ownRedis({}, options),
};

/** A Redis server as any container, of which each holder has one of its own. */
function ownRedis(isolation: ContainerIsolationOptions, options: object): ServiceDefinition<unknown> {
  return container("cleanroom-test/redis:7", {
    ports: [6379],
    health: { kind: "redis", port: 6379 },
    isolation,
    ...options,
  });
}

/** The services of a client's configuration. */
export function servicesFrom(
  descriptions: Readonly<Record<string, ServiceDescription>>,
): Readonly<Record<string, ServiceDefinition<unknown>>> {
  return Object.fromEntries(
    Object.entries(descriptions).map(([name, { kind, options = {} }]) => [name, factories[kind](options)]),
  );
}
