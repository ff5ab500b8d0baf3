import type { Redis } from "ioredis";
import { hostPort } from "../../container/host-port.ts";
import type { ServiceConnection } from "../../container/service-connection.ts";
import { messageOf } from "../../errors/describe.ts";
import { codeOf, lostConnectionCodes, unreachableCodes } from "../connection-loss.ts";
import { KeptConnection, readied } from "../kept-connection.ts";
import { REDIS_PORT } from "./redis-port.ts";

/**
 * A kept connection to a server's last logical database, where the ledger is. The caller disposes it.
 *
 * @param current - How the server is reached now: after a restart, the next use opens another connection.
 * @param prepare - Does what is needed on every connection that is opened.
 */
export function ledgerConnection(
  current: () => ServiceConnection,
  prepare: (client: Redis) => Promise<unknown> = () => Promise.resolve(),
): KeptConnection<Redis> {
  return new KeptConnection<Redis>({
    open: async () => {
      const connection = current();
      const client = await connectTo(connection, Number(connection.details["databases"]) - 1);
      return readied(client, prepare, () => client.quit());
    },
    close: (client) => client.quit(),
    onEnd: (client, listener) => void client.once("end", listener),
    setKeepsAlive: ({ stream }, keepsAlive) => {
      if (keepsAlive) stream.ref();
      else stream.unref();
    },
    isBroken,
    isGone: (error) => isBroken(error) || unreachableCodes.has(codeOf(error)),
  });
}

/** The driver gives a connection that was closed no code. */
function isBroken(error: unknown): boolean {
  return lostConnectionCodes.has(codeOf(error)) || messageOf(error) === "Connection is closed.";
}

/** Opens a connection to one logical database of a server. The caller ends it. */
export async function connectTo(
  connection: Pick<ServiceConnection, "name" | "host" | "ports" | "details">,
  database: number,
  signal?: AbortSignal,
): Promise<Redis> {
  const { host, details } = connection;
  const { username = "", password = "", tls } = details;
  const { Redis } = await import("ioredis");
  const client = new Redis({
    host,
    port: hostPort(connection, REDIS_PORT),
    db: database,
    connectionName: "cleanroom",
    lazyConnect: true,
    retryStrategy: null, // A connection that broke is replaced by the next use, not behind its back.
    ...(username !== "" && { username }),
    ...(password !== "" && { password }),
    ...(tls === "true" && { tls: {} }),
  });
  // A server that is gone is told by the next command; without a listener it would be printed.
  let seen: unknown;
  client.on("error", (error) => (seen = error));
  const giveUp = (): void => {
    client.disconnect();
  };
  signal?.addEventListener("abort", giveUp, { once: true });
  try {
    await client.connect();
  } catch (error) {
    throw seen ?? error; // The driver only says that the connection is closed, whatever the reason.
  } finally {
    signal?.removeEventListener("abort", giveUp);
  }
  return client;
}
