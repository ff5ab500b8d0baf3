import type { ServiceConnection } from "../container/service-connection.ts";
import type { PartSource } from "./part-source.ts";

type PartsKind = NonNullable<ServiceConnection["parts"]>;

const openers: { readonly [Kind in PartsKind]: (connection: ServiceConnection) => Promise<PartSource> } = {
  "postgres-databases": async (connection) =>
    new (await import("./postgres/database-source.ts")).DatabaseSource(connection),
  "redis-databases": async (connection) =>
    new (await import("./redis/database-source.ts")).RedisDatabaseSource(connection),
};

/**
 * What makes the parts of a service. The caller disposes it.
 *
 * @returns `undefined` for a service that has none.
 */
export async function openPartSource(connection: ServiceConnection): Promise<PartSource | undefined> {
  return connection.parts === undefined ? undefined : openers[connection.parts](connection);
}
