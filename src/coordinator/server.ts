import { createServer, type Server, type Socket } from "node:net";
import { messageOf } from "../errors/describe.ts";
import { sleep } from "../time/sleep.ts";
import { systemClock } from "../time/system-clock.ts";
import { Seat, type SeatOptions } from "./seat.ts";

/** What a coordinator's server needs. */
export interface ServerOptions extends SeatOptions {
  /** Called whenever a connection has ended and its member, if it was one's, has left. */
  readonly onDisconnect: (memberId: string | undefined) => void;
}

/** Lets members reach a coordinator over a socket. A connection is the lease: when it closes, its member is gone. */
export class CoordinatorServer {
  readonly #options: ServerOptions;
  readonly #connections = new Set<Socket>();
  #server: Server | undefined;

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  /** Whether anybody is connected. */
  get hasConnections(): boolean {
    return this.#connections.size > 0;
  }

  /** Resolves when members can connect. */
  listen(path: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server = createServer((socket) => {
      this.#accept(socket);
    });
    this.#server.once("error", reject).listen(path, resolve);
    return promise;
  }

  /** Takes no more connections; those there are go on. Resolves when all that had been taken are known. */
  async stopListening(): Promise<void> {
    this.#server?.close();
    this.#server = undefined;
    await sleep(systemClock, 0); // What was accepted before is told in the next turn.
  }

  #accept(socket: Socket): void {
    const { log, onDisconnect } = this.#options;
    this.#connections.add(socket);
    const seat = new Seat(this.#options, socket);
    socket.on("error", (error) => {
      log(`A connection broke: ${error.message}`);
    });
    socket.once("close", () => {
      this.#connections.delete(socket);
      seat
        .leave()
        .catch((error: unknown) => {
          log(`What a process that left had could not be given back: ${messageOf(error)}`);
        })
        .finally(() => {
          onDisconnect(seat.memberId);
        });
    });
  }
}
