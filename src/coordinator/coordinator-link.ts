import type { Socket } from "node:net";
import { LifecycleError } from "../errors/lifecycle-error.ts";
import { abortable } from "../time/abortable.ts";
import type { ApproachOptions, Connection, RemoteCoordinator } from "./approach.ts";
import { Approach } from "./approach.ts";
import { connectCoordinator } from "./connect-coordinator.ts";
import { LostConnection, QuickLosses } from "./quick-losses.ts";

/**
 * A connection to the coordinator that outlives it: when it is killed, its successor is called in its place, which knows what
 * this process has. Keeps the process alive only while something is called.
 */
export class CoordinatorLink {
  readonly #options: ApproachOptions;
  readonly #closed = new AbortController();
  #connecting: Promise<Connection> | undefined;
  #callsUnderWay = 0;

  constructor(options: ApproachOptions) {
    this.#options = options;
  }

  /**
   * Calls a function of the coordinator, again when the connection is lost: all of them may be called twice.
   *
   * @throws CoordinatorError when there is no coordinator to be had in time, and what the function throws.
   */
  async call<T>(work: (coordinator: RemoteCoordinator) => Promise<T>): Promise<T> {
    const losses = new QuickLosses(this.#options.address.paths.log);
    this.#callsUnderWay += 1;
    try {
      for (;;) {
        this.#throwIfClosed();
        const connection = await abortable(this.#connect(), this.#closed.signal);
        connection.socket.ref();
        try {
          return await losses.watch(() => this.#callOver(connection, work));
        } catch (error) {
          if (!(error instanceof LostConnection)) throw error;
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
    using approach = new Approach(this.#options, this.#closed.signal);
    for (;;) {
      const socket = await connectCoordinator(this.#options.address, approach.signal);
      socket.once("close", () => {
        this.#noticeLoss(socket);
      });
      const connection = await approach.greet(socket);
      if (connection === undefined) continue; // The next attempt starts another.
      if (this.#callsUnderWay === 0) socket.unref();
      return connection;
    }
  }

  /** One that has ended since it was opened must count as lost, which what is called then does not tell. */
  async #callOver<T>({ coordinator }: Connection, work: (coordinator: RemoteCoordinator) => Promise<T>): Promise<T> {
    if (coordinator.$closed) throw new LostConnection(this.#options.address.paths.log);
    return work(coordinator);
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
