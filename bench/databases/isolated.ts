import { setTimeout as sleep } from "node:timers/promises";
import type { PostgresContainer } from "cleanroom-test";
import type pg from "pg";
import { connectAndQuery, megabytesOf } from "./query.ts";

/** How long nothing must have changed until the pool counts as idle, in milliseconds. */
const QUIET_MS = 300;
const PAUSE_MS = 5;

/** A test's time until it had a database, and until its first query was answered, in milliseconds. */
export interface Taken {
  readonly handedOutMs: number;
  readonly answeredMs: number;
}

/** Takes databases of Cleanroom's pool and asks the server what becomes of them. Dispose it to end its connection. */
export class Isolated implements AsyncDisposable {
  readonly #server: PostgresContainer;
  readonly #observer: pg.Client;
  readonly #signal: AbortSignal;

  private constructor(server: PostgresContainer, observer: pg.Client, signal: AbortSignal) {
    this.#server = server;
    this.#observer = observer;
    this.#signal = signal;
  }

  static async open(server: PostgresContainer, signal: AbortSignal): Promise<Isolated> {
    return new Isolated(server, await connectAndQuery(server.url), signal);
  }

  /** Takes databases one after the other from a pool that is idle, and gives all back at the end. */
  async burst(length: number): Promise<readonly Taken[]> {
    await this.#idleSinceMs();
    await using given = new AsyncDisposableStack();
    const taken: Taken[] = [];
    for (let test = 0; test < length; test++) {
      const startedAtMs = performance.now();
      const database = given.use(await this.#server.isolate({ signal: this.#signal }));
      const handedOutMs = performance.now() - startedAtMs;
      const client = await connectAndQuery(database.connectionString);
      taken.push({ handedOutMs, answeredMs: performance.now() - startedAtMs });
      given.defer(() => client.end());
    }
    return taken;
  }

  /** How long a test takes when many come one after the other, until all is dropped and made again, in milliseconds. */
  async sustained(length: number): Promise<number> {
    await this.#idleSinceMs();
    const startedAtMs = performance.now();
    for (let test = 0; test < length; test++) {
      await using database = await this.#server.isolate({ signal: this.#signal });
      const client = await connectAndQuery(database.connectionString);
      await client.end();
    }
    return ((await this.#idleSinceMs()) - startedAtMs) / length;
  }

  /** How large a database is, in megabytes. */
  async megabytes(): Promise<number> {
    await using database = await this.#server.isolate();
    const client = await connectAndQuery(database.connectionString);
    const megabytes = await megabytesOf(client);
    await client.end();
    return megabytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#observer.end();
  }

  /** Waits until no database has come or gone for a while, and resolves with when the last one did. */
  async #idleSinceMs(): Promise<number> {
    let known = "";
    let changedAtMs = performance.now();
    while (performance.now() - changedAtMs < QUIET_MS) {
      const { rows } = await this.#observer.query<{ oid: number }>("SELECT oid FROM pg_database ORDER BY oid");
      const now = rows.map(({ oid }) => oid).join();
      if (now !== known) changedAtMs = performance.now();
      known = now;
      await sleep(PAUSE_MS, undefined, { signal: this.#signal });
    }
    return changedAtMs;
  }
}
