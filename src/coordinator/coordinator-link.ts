import type { Socket } from "node:net";
import type { BirpcReturn } from "birpc";
import { CoordinatorError } from "../errors/coordinator-error.ts";
import { LifecycleError } from "../errors/lifecycle-error.ts";
import { abortable } from "../time/abortable.ts";
import type { CoordinatorAddress } from "./connect-coordinator.ts";
import { connectCoordinator } from "./connect-coordinator.ts";
import type { CoordinatorFunctions, Greeting, MemberFunctions } from "./protocol.ts";
import { rpcOver } from "./rpc.ts";

type Coordinator = BirpcReturn<CoordinatorFunctions, MemberFunctions>;

/** A connection and what is called over it. */
interface Connection {
  readonly socket: Socket;
  readonly coordinator: Coordinator;
}

/** What a link needs. */
export interface LinkOptions {
  readonly address: CoordinatorAddress;
  /** Who calls. */
  readonly greeting: Greeting;
  /** What the coordinator can call. */
  readonly functions: MemberFunctions;
}

/**
 * A connection to the coordinator that outlives it: when it is killed, its successor is called in its place, which knows what
 * this process has. Keeps the process alive only while something is called.
 */
export class CoordinatorLink {
  readonly #options: LinkOptions;
  readonly #closed = new AbortController();
  #connecting: Promise<Connection> | undefined;
  #callsUnderWay = 0;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /**
   * Calls a function of the coordinator, again when the connection is lost: all of them may be called twice.
   *
   * @throws CoordinatorError when there is no coordinator to be had, and what the function throws.
   */
  async call<T>(work: (coordinator: Coordinator) => Promise<T>): Promise<T> {
    this.#callsUnderWay += 1;
    try {
      for (;;) {
        this.#throwIfClosed();
        const connection = await abortable(this.#connect(), this.#closed.signal);
        connection.socket.ref();
        try {
          return await work(connection.coordinator);
        } catch (error) {
          if (error !== lost) throw error;
        }
      }
    } finally {
      this.#callsUnderWay -= 1;
      if (this.#callsUnderWay === 0) await this.#letGo();
    }
  }

  /** Ends the connection: for the coordinator, this process has left. */
  async close(): Promise<void> {
    this.#closed.abort(new LifecycleError("The session was used after it had been left."));
    const connection = await this.#connecting?.catch(() => undefined);
    connection?.socket.destroy();
  }

  #connect(): Promise<Connection> {
    if (this.#connecting !== undefined) return this.#connecting;
    const connecting = this.#open();
    this.#connecting = connecting;
    connecting.catch(() => {
      if (this.#connecting === connecting) this.#connecting = undefined;
    });
    return connecting;
  }

  async #open(): Promise<Connection> {
    const { address, greeting } = this.#options;
    for (;;) {
      this.#throwIfClosed();
      const socket = await connectCoordinator(address, this.#closed.signal);
      const connection = this.#talkOver(socket);
      try {
        await connection.coordinator.hello(greeting);
        if (this.#callsUnderWay === 0) socket.unref();
        return connection;
      } catch (error) {
        socket.destroy();
        // One that just ended takes no more members; the next attempt starts another.
        if (error !== lost) throw error;
      }
    }
  }

  #talkOver(socket: Socket): Connection {
    const { functions, address } = this.#options;
    const coordinator = rpcOver<CoordinatorFunctions, MemberFunctions>(socket, {
      functions,
      onProblem: (problem) => {
        socket.destroy(new CoordinatorError({ problem: `The coordinator said ${problem}.`, log: address.paths.log }));
      },
    });
    socket.on("error", () => undefined); // What follows is `close`.
    socket.once("close", () => {
      coordinator.$close(lost);
      this.#noticeLoss(socket);
    });
    return { socket, coordinator };
  }

  /** A successor is wanted at once, not at the next call: it must learn that this process lives. */
  #noticeLoss(socket: Socket): void {
    const current = this.#connecting;
    if (current === undefined || this.#closed.signal.aborted) return;
    current.then(
      (connection) => {
        if (connection.socket !== socket || this.#connecting !== current) return;
        this.#connecting = undefined;
        if (!this.#closed.signal.aborted) this.#connect().catch(() => undefined);
      },
      () => undefined,
    );
  }

  async #letGo(): Promise<void> {
    const connection = await this.#connecting?.catch(() => undefined);
    if (this.#callsUnderWay === 0) connection?.socket.unref();
  }

  #throwIfClosed(): void {
    this.#closed.signal.throwIfAborted();
  }
}

/** What calls under way are rejected with when the connection ends. */
const lost = new Error("The connection to the coordinator was lost.");
