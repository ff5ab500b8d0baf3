import { randomBytes } from "node:crypto";
import type { Redis } from "ioredis";
import type { ServiceConnection } from "../../container/service-connection.ts";
import { hasCode } from "../../errors/cleanroom-error.ts";
import { IsolationError } from "../../errors/isolation-error.ts";
import { isolatePart, isolating } from "../isolating.ts";
import type { KeptConnection } from "../kept-connection.ts";
import type { PartSource } from "../part-source.ts";
import { DatabaseBook } from "./database-book.ts";
import type { DatabasePart } from "./database-part.ts";
import { idOf, partOf } from "./database-part.ts";
import { DatabaseUsers } from "./database-users.ts";
import { ledgerConnection } from "./redis-client.ts";

/**
 * Hands out the logical databases of a server, emptied before and after, each with a user of its own. One connection does all of it, in turns: whoever asks
 * for a database after another was given back finds that free.
 */
export class RedisDatabaseSource implements PartSource {
  /** Made ahead, one is had hardly sooner, and is missing to whoever needs the last. */
  readonly maxIdle = 0;

  readonly #connection: ServiceConnection;
  readonly #kept: KeptConnection<Redis>;
  readonly #users: DatabaseUsers;
  /**
   * Who has which number, as far as it was handed out here. The server's own book may get lost: by FLUSHALL, or to a policy that
   * evicts.
   */
  readonly #held = new Map<number, string>();

  /** @param connection - A server that is ready. */
  constructor(connection: ServiceConnection) {
    this.#connection = connection;
    this.#kept = ledgerConnection(() => connection);
    this.#users = new DatabaseUsers({ username: "", password: connection.details["password"] ?? "" });
  }

  async make(): Promise<string> {
    const { name } = this.#connection;
    const part = await isolatePart(
      this.#kept,
      { container: name, operation: `isolate ${name}` },
      { make: (client) => this.#take(client), undo: (taken) => this.remove(idOf(taken)) },
    );
    return idOf(part);
  }

  /** Of a number that somebody else has by now, nothing is removed. */
  async remove(id: string): Promise<void> {
    const part = partOf(id);
    const { name } = this.#connection;
    const release = async (client: Redis): Promise<void> => {
      await this.#users.remove(client, part); // First: who is still connected must not write to what is empty.
      await this.#bookOf(client).release(part);
      if (this.#held.get(part.database) === id) this.#held.delete(part.database);
    };
    await isolating({ container: name, operation: `give back database ${part.database} of ${name}` }, (turn) =>
      this.#kept.useUnlessGone(release, { ...turn, isRepeatable: true }),
    );
  }

  async list(held: readonly string[]): Promise<readonly string[]> {
    const { name } = this.#connection;
    const parts = held.map(partOf);
    for (const part of parts) this.#held.set(part.database, idOf(part));
    return isolating({ container: name, operation: `list the databases of ${name}` }, (turn) =>
      this.#kept.use(async (client) => {
        const book = this.#bookOf(client);
        for (const part of parts) await book.restore(part);
        return book.ids();
      }, turn),
    );
  }

  isFull(error: unknown): boolean {
    return hasCode(error, "CLEANROOM_ISOLATION_EXHAUSTED");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#kept[Symbol.asyncDispose]();
  }

  async #take(client: Redis): Promise<DatabasePart> {
    const book = this.#bookOf(client);
    const holder = { token: randomBytes(6).toString("hex"), hasUser: await this.#users.arePossible(client) };
    const part = await book.claim(holder, new Set(this.#held.keys()));
    if (part === undefined) throw exhausted(this.#connection);
    try {
      await this.#users.add(client, part);
    } catch (error) {
      await book.release(part).catch(() => undefined); // What failed first is told.
      throw error;
    }
    this.#held.set(part.database, idOf(part));
    return part;
  }

  #bookOf(client: Redis): DatabaseBook {
    return new DatabaseBook(client, databasesOf(this.#connection));
  }
}

/** Two are kept back: database 0, which belongs to the server's own URL, and the last, which holds the book. */
export function exhausted(connection: ServiceConnection): IsolationError {
  const { name } = connection;
  const reason = `All ${databasesOf(connection) - 2} isolated databases of ${name} are in use.`;
  const hint = "Dispose what `isolate()` returned (`await using` does), or raise `databases`.";
  return new IsolationError({ container: name, failure: "exhausted", reason, hint });
}

function databasesOf({ details }: ServiceConnection): number {
  return Number(details["databases"]);
}
