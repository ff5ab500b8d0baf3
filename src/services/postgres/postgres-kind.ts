import type { ServiceKind } from "../service-definition.ts";
import { planExistingPostgres } from "./existing-postgres.ts";
import { PostgresContainer } from "./postgres-container.ts";
import type { AnyPostgresOptions } from "./postgres-options.ts";
import { planPostgres } from "./postgres-plan.ts";

/** How a PostgreSQL server is run, reached and divided into parts. */
export function postgresKind<Part>(
  image: string,
  options: AnyPostgresOptions,
): ServiceKind<PostgresContainer<Part>, Part> {
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
    attach: (connection, access) => new PostgresContainer<Part>(connection, access),
    isolate: (handle, options) => handle.isolate(options),
  };
}
