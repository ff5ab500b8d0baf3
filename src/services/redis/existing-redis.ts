import type { Redis } from "ioredis";
import { messageOf } from "../../errors/describe.ts";
import type { HealthProbe, ProbeTarget } from "../../health/probe.ts";
import { portKey } from "../../spec/port-key.ts";
import type { ExistingAddress, ExistingPlan, PendingExistingPlan } from "../existing-service.ts";
import { assertProtocol, decoded, portsOf, refuseAddress } from "../existing-service.ts";
import { planTerms } from "../resolve-options.ts";
import { connectTo } from "./redis-client.ts";
import type { RedisOptions } from "./redis-options.ts";
import { REDIS_PORT } from "./redis-port.ts";

/** How many databases a server has unless it is told otherwise. */
const USUAL_DATABASES = 16;

/**
 * Decides how a Redis server is used that exists already. The database that its URL names is left as it is, and so is any that
 * holds something.
 *
 * @throws ConfigurationError when the URL is none of Redis'.
 */
export function planExistingRedis(address: ExistingAddress, options: RedisOptions): PendingExistingPlan {
  assertProtocol(address, "a redis()", ["redis:", "rediss:"]);
  const details = detailsOf(address);
  if (options.isolation?.mode === "server") {
    refuseAddress(
      address,
      'names a server that exists already; there, `isolation.mode` must be "database", not "server"',
    );
  }
  const { startTimeoutMs, attemptTimeoutMs } = planTerms(options);
  const plan: ExistingPlan = {
    ports: portsOf(address.url, REDIS_PORT, REDIS_PORT),
    probe: loginProbe(address, details),
    ...{ startTimeoutMs, attemptTimeoutMs, details },
    fingerprint: null,
    parts: "leased-redis-databases",
    prepare: async (connection, signal) => {
      const given = Number(details.database);
      const countNow = (client: Redis): Promise<number> => countDatabases(address, client, options);
      return { databases: String(await withClient(connection, given, signal, countNow)) };
    },
  };
  return () => Promise.resolve(plan);
}

type Details = Readonly<Record<"username" | "password" | "database" | "tls", string>>;

function detailsOf(address: ExistingAddress): Details {
  const { protocol, username, password, pathname, search } = address.url;
  const database = pathname.replace(/^\//, "") || "0";
  if (!/^\d+$/.test(database))
    refuseAddress(address, "must end with the number of a database, as in `redis://127.0.0.1/0`");
  if (search !== "") refuseAddress(address, "must say nothing after a `?`");
  return {
    username: decoded(address, username),
    password: decoded(address, password),
    database,
    tls: String(protocol === "rediss:"),
  };
}

/** Who is refused for good: wrong user or password, or no right to the connection. */
const REFUSED_FOR_GOOD = /^(WRONGPASS|NOAUTH|NOPERM|ERR invalid password|ERR AUTH|ERR DB index)/;

/** Healthy once the server answers the user, so that what is wrong with the URL is told before anything else is done. */
function loginProbe(address: ExistingAddress, details: Details): HealthProbe {
  return {
    name: "a login",
    check: async (target: ProbeTarget, signal) => {
      const ports = { [portKey({ containerPort: REDIS_PORT, protocol: "tcp" })]: target.hostPort(REDIS_PORT) };
      try {
        await withClient(
          { name: address.name, host: target.host, ports, details },
          Number(details.database),
          signal,
          async (client) => {
            await client.ping();
          },
        );
      } catch (error) {
        const said = messageOf(error);
        if (REFUSED_FOR_GOOD.test(said)) refuseAddress(address, `was refused by the server: ${said}`);
        throw error;
      }
    },
  };
}

async function withClient<T>(
  server: Parameters<typeof connectTo>[0],
  database: number,
  signal: AbortSignal | undefined,
  work: (client: Redis) => Promise<T>,
): Promise<T> {
  const client = await connectTo(server, database, signal);
  try {
    return await work(client);
  } finally {
    client.disconnect();
  }
}

/** The last one is Cleanroom's, for its book, so the URL must not name that. */
async function countDatabases(address: ExistingAddress, client: Redis, { databases }: RedisOptions): Promise<number> {
  const count = (await askCount(client)) ?? databases ?? USUAL_DATABASES;
  await client.select(count - 1).catch((error: unknown) => {
    refuseAddress(
      address,
      `names a server with fewer than ${count} databases (${messageOf(error)}); set \`databases\``,
    );
  });
  const given = Number(detailsOf(address).database);
  if (given >= count) refuseAddress(address, `must not name database ${given}: they are 0 to ${count - 1}`);
  if (given < count - 1) return count;
  return refuseAddress(
    address,
    `must not name database ${given}, the last, where it is written down which ones are in use`,
  );
}

/** Who may not ask is told by the options, or it is assumed. */
async function askCount(client: Redis): Promise<number | undefined> {
  try {
    const [, count] = (await client.config("GET", "databases")) as readonly string[];
    return count === undefined ? undefined : Number(count);
  } catch {
    return undefined;
  }
}
