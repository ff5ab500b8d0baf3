import type { Redis } from "ioredis";

/** Numbers that were handed out and given back, clean. */
const FREE = "cleanroom:free";
/** The highest number handed out so far. */
const HIGHEST = "cleanroom:highest";

/**
 * Hands out the logical databases of a server to any number of processes. The server itself keeps the book, in its last
 * database: its commands are atomic, so no number is handed out twice. Database 0 is never handed out.
 */
export class DatabaseLedger {
  readonly #client: Redis;
  readonly #ledger: number;

  /** @param databases - How many the server has. */
  constructor(client: Redis, databases: number) {
    this.#client = client;
    this.#ledger = databases - 1;
  }

  /** How many can be in use at the same time. */
  get capacity(): number {
    return this.#ledger - 1;
  }

  /** The number of an empty database, or `undefined` when all are in use. */
  async take(): Promise<number | undefined> {
    const returned = await this.#client.lpop(FREE);
    if (returned !== null) return Number(returned);
    const fresh = await this.#client.incr(HIGHEST);
    return fresh <= this.capacity ? fresh : undefined;
  }

  /** Empties a database and makes it free, in one step: nobody can get it in between. */
  async giveBack(database: number): Promise<void> {
    await this.#client.multi().select(database).flushdb("ASYNC").select(this.#ledger).rpush(FREE, database).exec();
  }

  /** Empties a database that stays in use. */
  async empty(database: number): Promise<void> {
    await this.#client.multi().select(database).flushdb("ASYNC").select(this.#ledger).exec();
  }
}
