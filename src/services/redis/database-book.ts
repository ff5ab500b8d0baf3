import type { Redis } from "ioredis";
import type { DatabasePart } from "./database-part.ts";
import { idOf } from "./database-part.ts";

/** A hash: the part that each number in use is. */
const BOOK = "cleanroom:parts";

/** Empties and frees a number, unless it is somebody else's by now. In one step: nobody can get it in between. */
const RELEASE = `
  if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
  redis.call('SELECT', ARGV[1])
  redis.call('FLUSHDB', 'ASYNC')
  redis.call('SELECT', ARGV[3])
  return redis.call('HDEL', KEYS[1], ARGV[1])`;

/** Enters a part unless its number is taken or its database holds anything: then it is somebody's who knows nothing of the book. */
const CLAIM_EMPTY = `
  if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return 0 end
  redis.call('SELECT', ARGV[1])
  local size = redis.call('DBSIZE')
  redis.call('SELECT', ARGV[3])
  if size > 0 then return 0 end
  return redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])`;

/**
 * Which logical databases of a server are in use, by whichever process handed them out. It is kept in the server's last
 * database, in single commands, so no number is handed out twice. Database 0 is never handed out.
 */
export class DatabaseBook {
  readonly #client: Redis;
  readonly #ledger: number;

  /** @param client - Connected to the last of so many databases. */
  constructor(client: Redis, databases: number) {
    this.#client = client;
    this.#ledger = databases - 1;
  }

  /** Enters the lowest number that is free, emptied; `undefined` when there is none. */
  async claim(holder: Omit<DatabasePart, "database">, taken: ReadonlySet<number>): Promise<DatabasePart | undefined> {
    let others: ReadonlySet<number> = new Set();
    for (;;) {
      const database = this.#lowestOutside(taken, others);
      if (database === undefined) return undefined;
      const part = { ...holder, database };
      if (await this.#enter(part)) {
        await this.empty(database); // Whoever may use the whole server may have left something.
        return part;
      }
      others = new Set((await this.#client.hkeys(BOOK)).map(Number)); // Another process took it.
    }
  }

  /** Enters the lowest number that is free and whose database is empty; `undefined` when there is none. */
  async claimEmpty(
    holder: Omit<DatabasePart, "database">,
    taken: ReadonlySet<number>,
  ): Promise<DatabasePart | undefined> {
    for (let database = 1; database < this.#ledger; database += 1) {
      if (taken.has(database)) continue;
      const part = { ...holder, database };
      if ((await this.#client.eval(CLAIM_EMPTY, 1, BOOK, database, idOf(part), this.#ledger)) === 1) return part;
    }
    return undefined;
  }

  /** Enters a part that somebody has, should it have got lost. */
  async restore(part: DatabasePart): Promise<void> {
    await this.#enter(part);
  }

  /** Empties a part's database and makes it free, unless it is no longer that part. */
  async release(part: DatabasePart): Promise<void> {
    await this.#client.eval(RELEASE, 1, BOOK, part.database, idOf(part), this.#ledger);
  }

  /** The ids of all parts. */
  ids(): Promise<readonly string[]> {
    return this.#client.hvals(BOOK);
  }

  /** Empties a database that stays in use. */
  async empty(database: number): Promise<void> {
    await this.#client.multi().select(database).flushdb("ASYNC").select(this.#ledger).exec();
  }

  async #enter(part: DatabasePart): Promise<boolean> {
    return (await this.#client.hsetnx(BOOK, String(part.database), idOf(part))) === 1;
  }

  #lowestOutside(...sets: readonly ReadonlySet<number>[]): number | undefined {
    for (let number = 1; number < this.#ledger; number += 1) {
      if (!sets.some((set) => set.has(number))) return number;
    }
    return undefined;
  }
}
