import { abortable } from "../time/abortable.ts";
import type { DeadlineOptions } from "../time/deadline.ts";
import { Deadline } from "../time/deadline.ts";

/** How a driver's connections are handled. */
export interface Connector<Client> {
  /** Opens a connection. */
  open(): Promise<Client>;
  /** Closes it. */
  close(client: Client): Promise<unknown>;
  /** Calls `listener` once it has ended, whoever ended it. */
  onEnd(client: Client, listener: () => void): void;
  /** Sets whether it keeps the process alive. */
  setKeepsAlive(client: Client, keepsAlive: boolean): void;
  /** Whether what somebody's work failed with says that the connection broke. */
  isBroken(error: unknown): boolean;
  /** Whether what `open` failed with says that there is no server any more. */
  isGone(error: unknown): boolean;
}

/** A connection once `prepare` is done with it; when that fails, it is closed. */
export async function readied<Client>(
  client: Client,
  prepare: (client: Client) => Promise<unknown>,
  close: () => Promise<unknown>,
): Promise<Client> {
  try {
    await prepare(client);
    return client;
  } catch (error) {
    await close();
    throw error;
  }
}

/** What bounds one turn on a connection. */
export interface Turn {
  /** Ends the wait for the turn. One that has begun is seen through: half a statement cannot be taken back. */
  readonly signal?: AbortSignal | undefined;
  /** How long the turn itself may take, opening the connection included. */
  readonly limit?: Omit<DeadlineOptions, "signal">;
}

/** A turn that gives something back. */
export interface ReturningTurn extends Turn {
  /** Whether doing the work twice is the same as doing it once. */
  readonly isRepeatable: boolean;
}

/**
 * One connection that is opened when first needed and kept; its users take turns. While it is idle it does not keep the
 * process alive, so that a test runner ends by itself; while it is used it does.
 */
export class KeptConnection<Client> implements AsyncDisposable {
  readonly #connector: Connector<Client>;
  #opening: Promise<Client> | undefined;
  #lastTurn: Promise<unknown> = Promise.resolve();
  #patience = new AbortController();

  constructor(connector: Connector<Client>) {
    this.#connector = connector;
  }

  /** Does `work` on the connection, after whoever asked before. */
  use<T>(work: (client: Client) => Promise<T>, turn: Turn = {}): Promise<T> {
    return this.#queue(async () => this.#hold(await this.#open(), work), turn);
  }

  /**
   * Does `work` on the connection, unless the server turns out to be gone: then there is nothing to do. A connection that
   * broke proves nothing yet; only one that cannot be opened does.
   */
  useUnlessGone(work: (client: Client) => Promise<unknown>, turn: ReturningTurn): Promise<void> {
    return this.#queue(() => this.#holdUnlessGone(work, turn.isRepeatable), turn);
  }

  /** Closes the connection; a later use opens another. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lastTurn;
    const opening = this.#opening;
    this.#opening = undefined;
    if (opening === undefined) return;
    const client = await opening.catch(() => undefined); // Whoever waited for it was told.
    if (client === undefined) return;
    this.#connector.setKeepsAlive(client, true); // Closing must be seen through.
    await this.#connector.close(client);
  }

  #queue<T>(take: () => Promise<T>, { signal, limit }: Turn): Promise<T> {
    const patience = this.#patience.signal;
    const turn = this.#lastTurn.then(() => {
      patience.throwIfAborted();
      signal?.throwIfAborted();
      return limit === undefined ? take() : this.#bound(take(), limit);
    });
    this.#lastTurn = turn.catch(() => undefined); // The next turn comes however this one ends.
    return abortable(turn, patience);
  }

  async #bound<T>(turn: Promise<T>, limit: Omit<DeadlineOptions, "signal">): Promise<T> {
    using deadline = new Deadline(limit);
    try {
      return await abortable(turn, deadline.signal);
    } catch (error) {
      if (deadline.isReason(error)) this.#abandon(turn, error);
      throw error;
    }
  }

  /** Whoever waits behind a turn that does not end is told the same; who comes later gets a connection of their own. */
  #abandon(turn: Promise<unknown>, reason: unknown): void {
    const opening = this.#opening;
    this.#opening = undefined;
    this.#lastTurn = Promise.resolve();
    this.#patience.abort(reason);
    this.#patience = new AbortController();
    opening
      ?.then(async (client) => {
        this.#connector.setKeepsAlive(client, false);
        await turn.catch(() => undefined);
        await this.#connector.close(client);
      })
      .catch(() => undefined); // It is out of use either way.
  }

  async #holdUnlessGone(work: (client: Client) => Promise<unknown>, isRepeatable: boolean): Promise<void> {
    const first = await this.#openUnlessGone();
    if (first === undefined) return;
    try {
      await this.#hold(first, work);
    } catch (error) {
      if (!this.#connector.isBroken(error)) throw error;
      this.#opening = undefined;
      const second = await this.#openUnlessGone();
      if (second === undefined) return;
      if (!isRepeatable) throw error;
      await this.#hold(second, work);
    }
  }

  #openUnlessGone(): Promise<Client | undefined> {
    return this.#open().catch((error: unknown) => {
      if (this.#connector.isGone(error)) return undefined;
      throw error;
    });
  }

  async #hold<T>(client: Client, work: (client: Client) => Promise<T>): Promise<T> {
    this.#connector.setKeepsAlive(client, true);
    try {
      return await work(client);
    } finally {
      this.#connector.setKeepsAlive(client, false);
    }
  }

  #open(): Promise<Client> {
    if (this.#opening !== undefined) return this.#opening;
    const opening = this.#connector.open();
    const forget = (): void => {
      if (this.#opening === opening) this.#opening = undefined;
    };
    // A connection that failed, or that the server closed, is not kept.
    opening.then((client) => {
      this.#connector.onEnd(client, forget);
    }, forget);
    this.#opening = opening;
    return opening;
  }
}
