import type { ServiceDefinition } from "cleanroom-test";
import { container, postgres, redis } from "cleanroom-test";

/** A service in plain data, as it is described to a client. */
export interface ServiceDescription {
  readonly kind: "postgres" | "redis" | "service";
  readonly options?: Readonly<Record<string, unknown>>;
}

const factories = {
  postgres: (options: object) => postgres("cleanroom-test/postgres:15", options),
  redis: (options: object) => redis("cleanroom-test/redis:7", options),
  service: (options: object) => container("cleanroom-test/service:1", { ports: [8080], ...options }),
};

/** The services of a client's configuration. */
export function servicesFrom(
  descriptions: Readonly<Record<string, ServiceDescription>>,
): Readonly<Record<string, ServiceDefinition<unknown>>> {
  return Object.fromEntries(
    Object.entries(descriptions).map(([name, { kind, options = {} }]) => [name, factories[kind](options)]),
  );
}
