import { readFile } from "node:fs/promises";
import type { PostgreSqlContainer, StartedPostgreSqlContainer } from "@testcontainers/postgresql";
import pg from "pg";
import type { Run } from "../harness/target.ts";
import { connectAndQuery, megabytesOf } from "./query.ts";

/** A database of Testcontainers' that is restored for every test. Dispose it to stop its container. */
export class Restored implements AsyncDisposable {
  readonly #container: StartedPostgreSqlContainer;
  readonly #signal: AbortSignal;

  private constructor(container: StartedPostgreSqlContainer, signal: AbortSignal) {
    this.#container = container;
    this.#signal = signal;
  }

  /** @param schema - Path of the SQL that comes ahead of the snapshot. */
  static async start(container: PostgreSqlContainer, schema: string, { labels, signal }: Run): Promise<Restored> {
    const started = await container.withLabels({ ...labels }).start();
    const client = new pg.Client(started.getConnectionUri());
    await client.connect();
    await client.query(await readFile(schema, "utf8"));
    await client.end();
    await started.snapshot();
    return new Restored(started, signal);
  }

  /** How long each of some tests waits until its first query is answered, in milliseconds. */
  async restore(times: number): Promise<readonly number[]> {
    const tookMs: number[] = [];
    for (let test = 0; test < times; test++) {
      this.#signal.throwIfAborted();
      const startedAtMs = performance.now();
      await this.#container.restoreSnapshot();
      const client = await connectAndQuery(this.#container.getConnectionUri());
      tookMs.push(performance.now() - startedAtMs);
      await client.end();
    }
    return tookMs;
  }

  /** How large the database is, in megabytes. */
  async megabytes(): Promise<number> {
    const client = await connectAndQuery(this.#container.getConnectionUri());
    const megabytes = await megabytesOf(client);
    await client.end();
    return megabytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#container.stop();
  }
}
