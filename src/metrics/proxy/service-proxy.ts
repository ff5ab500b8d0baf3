import { once } from "node:events";
import type { Server, Socket } from "node:net";
import { createServer } from "node:net";
import type { Clock } from "../../time/clock.ts";
import { LOCAL_HOST, listenLocally } from "../listen-locally.ts";
import type { ServiceAddress } from "./forward.ts";
import { forward } from "./forward.ts";
import type { TrafficRecord } from "./traffic-record.ts";

/** What a proxy stands in front of. */
export interface ProxyOptions {
  /**
   * The container's port that it leads to.
   * @default the first TCP port that is published
   */
  readonly containerPort?: number;
  /**
   * The port of this machine that it listens at; `0` is one that is free.
   * @default 0
   */
  readonly port?: number;
}

/**
 * Stands in front of a service and times what goes through, which it passes on unchanged. It leads to where the service answers
 * now, after a restart too. The caller disposes it; the handle does so at the latest.
 */
export interface ServiceProxy extends AsyncDisposable {
  /** The address that it listens at, which only this machine reaches. */
  readonly host: string;
  /** The port that it listens at. */
  readonly port: number;
  /** The service's URL, with this host and port in place of its own. */
  readonly url: string;
  /** A URL of the service, such as that of a part, with this host and port in place of its own. */
  urlOf(url: string): string;
}

/** Where a proxy leads, and where it listens. */
export interface ProxyTerms {
  /** Name of the service. */
  readonly name: string;
  /** Where the service answers now. */
  readonly target: () => ServiceAddress;
  /** The service's own URL. */
  readonly url: string;
  /** The port of this machine to listen at; 0 for one that is free. */
  readonly port: number;
  /** Where time comes from. */
  readonly clock: Clock;
  /** What goes through it is noted in. */
  readonly record: TrafficRecord;
}

/**
 * Opens a proxy, which the caller owns.
 *
 * @throws ConfigurationError when its port is taken, or not for this user.
 */
export async function openProxy({ name, target, url, port, clock, record }: ProxyTerms): Promise<ServiceProxy> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    for (const socket of [client, forward(client, target(), record, clock)]) {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    }
  });
  const listensAt = await listenLocally(server, port, { origin: `The proxy of ${name}`, path: "port" });
  let closing: Promise<void> | undefined;
  return {
    ...{
      host: LOCAL_HOST,
      port: listensAt,
      url: withAddress(url, listensAt),
      urlOf: (part: string) => withAddress(part, listensAt),
    },
    [Symbol.asyncDispose]: () => (closing ??= close(server, sockets)),
  };
}

async function close(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = once(server, "close");
  server.close();
  for (const socket of sockets) socket.destroy();
  await closed;
}

function withAddress(url: string, port: number): string {
  const address = new URL(url);
  address.hostname = LOCAL_HOST;
  address.port = String(port);
  return address.href;
}
