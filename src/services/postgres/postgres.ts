import type { IsolationPer } from "../isolation-options.ts";
import type { ServiceDefinition } from "../service-definition.ts";
import { writtenOptions } from "../written-options.ts";
import type { PostgresContainer } from "./postgres-container.ts";
import type { PostgresDatabase } from "./postgres-database.ts";
import type { PostgresOptions } from "./postgres-options.ts";

/**
 * A PostgreSQL server as a service, of which every test can have a database of its own. Describes it only; an environment
 * or a test runner's plugin starts it, once, when it is needed.
 *
 * @param image - The official image, or one with the same conventions: https://hub.docker.com/_/postgres
 */
export function postgres<const Per extends IsolationPer = "test">(
  image: string,
  options: PostgresOptions<Per> = {},
): ServiceDefinition<PostgresContainer, PostgresDatabase, Per> {
  const written = writtenOptions(options);
  return {
    kind: "postgres",
    image,
    options: written,
    dependsOn: written.dependsOn ?? {},
    load: async () => (await import("./postgres-kind.ts")).postgresKind(image, options),
  };
}
