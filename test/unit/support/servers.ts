import { once } from "node:events";
import type { RequestListener, Server as HttpServer } from "node:http";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Server, Socket } from "node:net";
import { createServer } from "node:net";
import type { ProbeTarget } from "../../../src/index.ts";
import { selfSigned } from "./self-signed.ts";

/** A server on this machine. Disposing ends it, with every connection. */
export interface LocalServer extends AsyncDisposable {
  readonly port: number;
  /** Connections that are open now. */
  readonly open: ReadonlySet<Socket>;
}

/** A TCP server that does this with each connection. */
export function tcpServer(onConnection: (socket: Socket) => void): Promise<LocalServer> {
  return listen(createServer(onConnection));
}

export function httpServer(onRequest: RequestListener): Promise<LocalServer> {
  return listen(createHttpServer(onRequest));
}

/** An HTTPS server whose certificate nobody trusts. */
export function httpsServer(onRequest: RequestListener): Promise<LocalServer> {
  return listen(createHttpsServer(selfSigned, onRequest));
}

async function listen(server: Server | HttpServer): Promise<LocalServer> {
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.on("error", () => {}); // A client that resets the connection is part of the tests.
    socket.once("close", () => open.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    open,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

/** A port on which nobody listens. */
export async function freePort(): Promise<number> {
  const { port, [Symbol.asyncDispose]: close } = await tcpServer(() => {});
  await close();
  return port;
}

/** What probes reach, when every port of the container leads to `port` on this machine. */
export function targetAt(port: number, differences: Partial<ProbeTarget> = {}): ProbeTarget {
  const outOfReach = (): never => {
    throw new Error("this target has no inside");
  };
  return {
    host: "127.0.0.1",
    hostPort: () => port,
    isInMemory: () => false,
    exec: outOfReach,
    statFile: outOfReach,
    readFile: outOfReach,
    inspect: outOfReach,
    stats: outOfReach,
    measureDisk: () => Promise.resolve(undefined),
    ...differences,
  };
}
