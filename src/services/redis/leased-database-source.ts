import { randomBytes } from "node:crypto";
import type { Redis } from "ioredis";
import type { ServiceConnection } from "../../container/service-connection.ts";
import { hasCode } from "../../errors/cleanroom-error.ts";
import { UnsupportedError } from "../../errors/unsupported-error.ts";
import { Deadline } from "../../time/deadline.ts";
import { sleep } from "../../time/sleep.ts";
import { systemClock } from "../../time/system-clock.ts";
import { isolatePart, isolating } from "../isolating.ts";
import type { KeptConnection } from "../kept-connection.ts";
import type { LeasedPartSource } from "../part-source.ts";
import { DatabaseBook } from "./database-book.ts";
import type { DatabasePart } from "./database-part.ts";
import { idOf, partOf } from "./database-part.ts";
import { exhausted } from "./database-source.ts";
import { DatabaseUsers } from "./database-users.ts";
import { ledgerConnection } from "./redis-client.ts";

/** How long it is waited for other processes to give databases back, and how often it is looked, in milliseconds. */
const ROOM_TIMEOUT_MS = 30_000;
const ROOM_PAUSE_MS = 50;

/** The token of a part under a lease begins with that. */
const LEASED_TOKEN = /^([0-9a-f]{16})\.[0-9a-f]{12}$/;

/**
 * Hands out those logical databases of a server that exists already which are empty. A connection that listens to a channel of
 * its own is the lease: nobody else does, and it ends with the process. Who has what is in the server's book.
 */
export class LeasedRedisDatabaseSource implements LeasedPartSource {
  /** Made ahead, one is had hardly sooner, and is missing to whoever needs the last. */
  readonly maxIdle = 0;

  readonly #connection: ServiceConnection;
  readonly #lease = randomBytes(8).toString("hex");
  readonly #kept: KeptConnection<Redis>;
  readonly #listening: KeptConnection<Redis>;
  readonly #users: DatabaseUsers;
  readonly #reserved: ReadonlySet<number>;

  /** @param connection - A server that answers. */
  constructor(connection: ServiceConnection) {
    const { username = "", password = "", database } = connection.details;
    this.#connection = connection;
    this.#kept = ledgerConnection(() => connection);
    this.#listening = ledgerConnection(
      () => connection,
      (client) => client.subscribe(channelOf(this.#lease)),
    );
    this.#users = new DatabaseUsers({ username, password });
    this.#reserved = new Set([Number(database)]);
  }

  async make(): Promise<string> {
    const { name } = this.#connection;
    const task = { container: name, operation: `isolate ${name}` };
    // First, so that nobody takes what is made for left behind.
    await isolating(task, (turn) => this.#listening.use(() => Promise.resolve(), turn));
    const onExpire = (): Error => exhausted(this.#connection);
    using deadline = new Deadline({ clock: systemClock, timeoutMs: ROOM_TIMEOUT_MS, onExpire });
    for (;;) {
      const part = await isolatePart(this.#kept, task, {
        make: (client) => this.#take(client),
        undo: async (taken) => (taken === "wait" ? undefined : this.remove(idOf(taken))),
      });
      if (part !== "wait") return idOf(part);
      await sleep(systemClock, ROOM_PAUSE_MS, deadline.signal);
    }
  }

  async remove(id: string): Promise<void> {
    const part = partOf(id);
    const { name } = this.#connection;
    const release = async (client: Redis): Promise<void> => {
      await this.#users.remove(client, part); // First: who is still connected must not write to what is empty.
      await this.#bookOf(client).release(part);
    };
    await isolating({ container: name, operation: `give back database ${part.database} of ${name}` }, (turn) =>
      this.#kept.useUnlessGone(release, { ...turn, isRepeatable: true }),
    );
  }

  async list(): Promise<readonly string[]> {
    return this.#ask(async (client) => {
      const ids = await this.#bookOf(client).ids(); // First: whoever has one listened before.
      const leases = [...new Set(ids.map(leaseOf).filter((lease) => lease !== undefined))];
      if (leases.length === 0) return [];
      const counts = (await client.pubsub("NUMSUB", ...leases.map(channelOf))) as readonly (string | number)[];
      const ended = new Set(leases.filter((_lease, index) => Number(counts[2 * index + 1]) === 0));
      return ids.filter((id) => ended.has(leaseOf(id) ?? ""));
    });
  }

  keep(): Promise<void> {
    return Promise.reject(new UnsupportedError("Databases of Redis are not kept."));
  }

  async removeAll(): Promise<void> {
    const ids = await this.#ask((client) => this.#bookOf(client).ids());
    for (const id of ids) if (leaseOf(id) === this.#lease) await this.remove(id);
  }

  isFull(error: unknown): boolean {
    return hasCode(error, "CLEANROOM_ISOLATION_EXHAUSTED");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#kept[Symbol.asyncDispose](), this.#listening[Symbol.asyncDispose]()]);
  }

  /** A part; or that it is to be waited for other processes, which have some. */
  async #take(client: Redis): Promise<DatabasePart | "wait"> {
    const book = this.#bookOf(client);
    const token = `${this.#lease}.${randomBytes(6).toString("hex")}`;
    const holder = { token, hasUser: await this.#users.arePossible(client) };
    const part = await book.claimEmpty(holder, this.#reserved);
    if (part === undefined && (await book.ids()).some((id) => leaseOf(id) !== this.#lease)) return "wait";
    if (part === undefined) throw exhausted(this.#connection);
    try {
      await this.#users.add(client, part);
    } catch (error) {
      await book.release(part).catch(() => undefined); // What failed first is told.
      throw error;
    }
    return part;
  }

  #ask<T>(work: (client: Redis) => Promise<T>): Promise<T> {
    const { name } = this.#connection;
    const task = { container: name, operation: `list the databases of ${name}` };
    return isolating(task, (turn) => this.#kept.use(work, turn));
  }

  #bookOf(client: Redis): DatabaseBook {
    return new DatabaseBook(client, Number(this.#connection.details["databases"]));
  }
}

function channelOf(lease: string): string {
  return `cleanroom:lease:${lease}`;
}

function leaseOf(id: string): string | undefined {
  return LEASED_TOKEN.exec(partOf(id).token)?.[1];
}
