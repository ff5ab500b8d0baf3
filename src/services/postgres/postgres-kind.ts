import type { ServiceKind } from "../service-definition.ts";
import { planExistingPostgres } from "./existing-postgres.ts";
import { PostgresContainer } from "./postgres-container.ts";
import type { PostgresDatabase } from "./postgres-database.ts";
import type { PostgresOptions } from "./postgres-options.ts";
import { planPostgres } from "./postgres-plan.ts";

/** How a PostgreSQL server is run, reached and divided into databases. */
export function postgresKind(
  image: string,
  options: PostgresOptions,
): ServiceKind<PostgresContainer, PostgresDatabase> {
  return {
    validate: async (name) => {
      const [{ validateOptions }, { postgresOptionsSchema }] = await Promise.all([
        import("../validate-options.ts"),
        import("./postgres-schema.ts"),
      ]);
      validateOptions(postgresOptionsSchema, { name, kind: "postgres", image, options });
    },
    plan: (context) => planPostgres(image, options, context),
    planExisting: (address) => planExistingPostgres(address, options),
    attach: (connection, access) => new PostgresContainer(connection, access),
    isolate: (handle, options) => handle.isolate(options),
  };
}
