import type { ServiceConnection } from "../container/service-connection.ts";
import type { PartSource } from "./part-source.ts";

type PartsKind = NonNullable<ServiceConnection["parts"]>;

type Opener = (connection: ServiceConnection, holder: PartHolderKind) => Promise<PartSource>;

/** Who hands out what is made: the coordinator to its members, or a process that it does not know to itself. */
type PartHolderKind = "member" | "stranger";

const openers: { readonly [Kind in PartsKind]: Opener } = {
  "postgres-databases": async (connection, holder) =>
    new (await import("./postgres/database-source.ts")).DatabaseSource(connection, holder),
  "postgres-schemas": async (connection, holder) =>
    new (await import("./postgres/schema-source.ts")).SchemaSource(connection, holder),
  "redis-databases": async (connection) =>
    new (await import("./redis/database-source.ts")).RedisDatabaseSource(connection),
};

/**
 * What makes the parts of a service. The caller disposes it.
 *
 * @returns `undefined` for a service that has none.
 */
export async function openPartSource(
  connection: ServiceConnection,
  holder: PartHolderKind = "member",
): Promise<PartSource | undefined> {
  return connection.parts === undefined ? undefined : openers[connection.parts](connection, holder);
}
