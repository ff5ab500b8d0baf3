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
}

/**
 * One connection that is opened when first needed and kept; its users take turns. While it is idle it does not keep the
 * process alive, so that a test runner ends by itself; while it is used it does.
 */
export class KeptConnection<Client> implements AsyncDisposable {
  readonly #connector: Connector<Client>;
  #opening: Promise<Client> | undefined;
  #lastTurn: Promise<unknown> = Promise.resolve();

  constructor(connector: Connector<Client>) {
    this.#connector = connector;
  }

  /** Does `work` on the connection, after whoever asked before. */
  use<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const turn = this.#lastTurn.then(() => this.#takeTurn(work));
    this.#lastTurn = turn.catch(() => undefined); // The next turn comes however this one ends.
    return turn;
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

  async #takeTurn<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const client = await this.#open();
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
