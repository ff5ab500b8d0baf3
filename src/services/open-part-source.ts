import type { PartsKind, ServiceConnection } from "../container/service-connection.ts";
import type { LeasedPartSource, PartSource } from "./part-source.ts";

type Opener = (connection: ServiceConnection, holder: PartHolderKind) => Promise<PartSource>;

/** Who hands out what is made: the coordinator to its members, or a process that it does not know to itself. */
type PartHolderKind = "member" | "stranger";

type LeasedKind = Extract<PartsKind, `leased-${string}`>;

const leasedOpeners: { readonly [Kind in LeasedKind]: (connection: ServiceConnection) => Promise<LeasedPartSource> } = {
  "leased-postgres-databases": async (connection) =>
    new (await import("./postgres/leased-database-source.ts")).LeasedDatabaseSource(connection),
  "leased-redis-databases": async (connection) =>
    new (await import("./redis/leased-database-source.ts")).LeasedRedisDatabaseSource(connection),
};

const openers: { readonly [Kind in Exclude<PartsKind, "own">]: Opener } = {
  ...leasedOpeners,
  "postgres-databases": async (connection, holder) =>
    new (await import("./postgres/database-source.ts")).DatabaseSource(connection, holder),
  "postgres-reset-databases": async (connection, holder) => {
    if (holder === "stranger") return openers["postgres-databases"](connection, holder); // It has no use for one twice.
    return new (await import("./postgres/reset/reset-source.ts")).ResetSource(connection);
  },
  "postgres-schemas": async (connection, holder) =>
    new (await import("./postgres/schema-source.ts")).SchemaSource(connection, holder),
  "redis-databases": async (connection) =>
    new (await import("./redis/database-source.ts")).RedisDatabaseSource(connection),
};

/**
 * What makes the parts of a service. The caller disposes it.
 *
 * @returns `undefined` for a service that has none, or none that anybody could make but those who use it.
 */
export async function openPartSource(
  connection: ServiceConnection,
  holder: PartHolderKind = "member",
): Promise<PartSource | undefined> {
  const { parts } = connection;
  return parts === undefined || parts === "own" ? undefined : openers[parts](connection, holder);
}

/**
 * What makes the parts of a service that no coordinator looks after. The caller disposes it.
 *
 * @returns `undefined` for a service that has none.
 */
export async function openLeasedSource({ parts, ...rest }: ServiceConnection): Promise<LeasedPartSource | undefined> {
  return isLeased(parts) ? leasedOpeners[parts]({ ...rest, parts }) : undefined;
}

function isLeased(parts: PartsKind | undefined): parts is LeasedKind {
  return parts !== undefined && Object.hasOwn(leasedOpeners, parts);
}
