import type { IsolationPer } from "../isolation-options.ts";
import type { ServiceDefinition } from "../service-definition.ts";
import { writtenOptions } from "../written-options.ts";
import type { PostgresContainer } from "./postgres-container.ts";
import type { PostgresIsolationMode } from "./postgres-isolation.ts";
import type { PostgresOptions } from "./postgres-options.ts";
import type { PostgresParts } from "./postgres-parts.ts";

/**
 * A PostgreSQL server as a service, of which every test can have a part of its own: a database, unless `isolation` says
 * otherwise. Describes it only; an environment or a test runner's plugin starts it, once, when it is needed.
 *
 * @param image - The official image, or one with the same conventions: https://hub.docker.com/_/postgres
 */
export function postgres<const Per extends IsolationPer = "test", const Mode extends PostgresIsolationMode = "clone">(
  image: string,
  options: PostgresOptions<Per, Mode> = {},
): ServiceDefinition<PostgresContainer<PostgresParts[Mode]>, PostgresParts[Mode], Per> {
  const written = writtenOptions(options);
  return {
    kind: "postgres",
    image,
    options: written,
    dependsOn: written.dependsOn ?? {},
    load: async () => (await import("./postgres-kind.ts")).postgresKind(image, options),
  };
}
