import type { Socket } from "node:net";
import type { BirpcReturn } from "birpc";
import { CoordinatorError } from "../errors/coordinator-error.ts";
import { LifecycleError } from "../errors/lifecycle-error.ts";
import { abortable } from "../time/abortable.ts";
import { systemClock } from "../time/system-clock.ts";
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
  /** How the coordinator is reached and started. */
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
    const losses = new QuickLosses(this.#options.address.paths.log);
    this.#callsUnderWay += 1;
    try {
      for (;;) {
        this.#throwIfClosed();
        const connection = await abortable(this.#connect(), this.#closed.signal);
        connection.socket.ref();
        try {
          return await losses.watch(() => work(connection.coordinator));
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
    const losses = new QuickLosses(address.paths.log);
    for (;;) {
      this.#throwIfClosed();
      const socket = await connectCoordinator(address, this.#closed.signal);
      const connection = this.#talkOver(socket);
      try {
        await losses.watch(() => connection.coordinator.hello(greeting));
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
const lost = new CoordinatorError({ problem: "The connection to the coordinator was lost." });

/** A connection that ends so soon after a call is likely to have ended because of it, in milliseconds. */
const QUICK_MS = 1000;

/** How often that may happen in a row: a coordinator may just have been about to end, or have been killed. */
const MAX_QUICK_LOSSES = 10;

/** Keeps a call that the coordinator answers by ending the connection, each time, from being repeated for ever. */
class QuickLosses {
  readonly #log: string;
  #count = 0;

  constructor(log: string) {
    this.#log = log;
  }

  /** @throws CoordinatorError in place of the last of too many losses. */
  async watch<T>(call: () => Promise<T>): Promise<T> {
    const startedAtMs = systemClock.now();
    try {
      return await call();
    } catch (error) {
      if (error !== lost) throw error;
      this.#count = systemClock.now() - startedAtMs < QUICK_MS ? this.#count + 1 : 0;
      if (this.#count < MAX_QUICK_LOSSES) throw error;
      const problem = `The coordinator ended the connection ${this.#count} times in a row when it was called.`;
      throw new CoordinatorError({ problem, log: this.#log }, error);
    }
  }
}
