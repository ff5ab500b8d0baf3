import type { ServiceConnection } from "../../container/service-connection.ts";
import { TimeoutError } from "../../errors/timeout-error.ts";
import { abortable } from "../../time/abortable.ts";
import type { DeadlineOptions } from "../../time/deadline.ts";
import { Deadline } from "../../time/deadline.ts";
import { systemClock } from "../../time/system-clock.ts";
import type { ContainerAccess } from "../container-access.ts";
import { isolating, takePart } from "../isolating.ts";
import type { PostgresContainer } from "./postgres-container.ts";
import type { PostgresTransaction } from "./postgres-transaction.ts";
import type { Loss } from "./transaction-database.ts";
import { TransactionDatabase } from "./transaction-database.ts";

/** How long what a holder has left running may take until it is ended, in milliseconds. */
const ROLLBACK_TIMEOUT_MS = 2_000;

const warnings: Readonly<Record<Loss, string>> = {
  transaction:
    "ended the transaction that it was given: a COMMIT or ROLLBACK without a BEGIN of its own, or with other SQL",
  connection: "ended the connection that it was given, or left a query running there",
};

/**
 * Transactions of one server for this process: as many databases as there are transactions at the same time, each taken once
 * and kept. Disposing gives them back.
 */
export class Transactions implements AsyncDisposable {
  readonly #server: PostgresContainer<PostgresTransaction>;
  readonly #current: () => ServiceConnection;
  readonly #access: ContainerAccess;
  readonly #databases = new Set<TransactionDatabase>();
  readonly #idle: TransactionDatabase[] = [];
  readonly #warned = new Set<Loss>();

  /**
   * @param server - What transactions say that they are of.
   * @param current - How it is reached now, which a restart changes.
   */
  constructor(
    server: PostgresContainer<PostgresTransaction>,
    current: () => ServiceConnection,
    access: ContainerAccess,
  ) {
    this.#server = server;
    this.#current = current;
    this.#access = access;
  }

  /**
   * Begins a transaction in a database in which there is none. The caller disposes it.
   *
   * @throws IsolationError; TimeoutError; the signal's reason.
   */
  async begin(signal: AbortSignal | undefined): Promise<PostgresTransaction> {
    signal?.throwIfAborted();
    const idle = this.#idle.pop();
    if (idle === undefined) return this.#beginIn(await this.#newDatabase(signal), signal);
    return this.#beginIn(idle, signal).catch((error: unknown) => {
      signal?.throwIfAborted();
      if (this.#server.state !== "running") throw error;
      return this.begin(signal); // Its connection has broken since; it is given back.
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#idle.length = 0;
    await Promise.all([...this.#databases].map((database) => this.#giveBack(database)));
  }

  async #newDatabase(signal: AbortSignal | undefined): Promise<TransactionDatabase> {
    const part = await takePart(this.#access, this.#server.name, signal); // While it is restarted, this waits.
    const database = new TransactionDatabase(this.#current(), part);
    this.#databases.add(database);
    return database;
  }

  async #beginIn(database: TransactionDatabase, signal: AbortSignal | undefined): Promise<PostgresTransaction> {
    const { name } = this.#server;
    const task = { container: name, operation: `isolate ${name}`, signal };
    try {
      const client = await isolating(task, ({ limit }) => within(limit, database.begin()));
      let ending: Promise<void> | undefined;
      return {
        server: this.#server,
        database: database.name,
        client,
        [Symbol.asyncDispose]: () => (ending ??= this.#end(database)),
      };
    } catch (error) {
      // Not waited for: it may be the connection that hangs. It goes with its server at the latest.
      this.#giveBack(database).catch(() => undefined);
      throw error;
    }
  }

  async #end(database: TransactionDatabase): Promise<void> {
    if (!this.#databases.has(database)) return; // Given back with all of them.
    const loss = await this.#rollBack(database);
    if (loss === undefined) {
      if (this.#databases.has(database)) this.#idle.push(database);
      return;
    }
    this.#warn(loss);
    await this.#giveBack(database);
  }

  async #rollBack(database: TransactionDatabase): Promise<Loss | undefined> {
    const timeoutMs = ROLLBACK_TIMEOUT_MS;
    const operation = `roll back ${database.name}`;
    const onExpire = (elapsedMs: number): Error => new TimeoutError({ operation, timeoutMs, elapsedMs });
    try {
      return await within({ clock: systemClock, timeoutMs, onExpire }, database.rollBack());
    } catch {
      return "connection";
    }
  }

  /** Whoever changed it did so for himself: nobody gets it again. */
  async #giveBack(database: TransactionDatabase): Promise<void> {
    if (!this.#databases.delete(database)) return;
    await Promise.all([database[Symbol.asyncDispose](), this.#access.givePart(database.name)]);
  }

  /** Once for each: it costs time, not isolation. */
  #warn(loss: Loss): void {
    if (this.#warned.has(loss) || this.#server.state !== "running") return;
    this.#warned.add(loss);
    const consequence = "Its database is not used again; a new one takes longer than a rollback.";
    process.emitWarning(`A test of ${this.#server.name} has ${warnings[loss]}. ${consequence}`, "CleanroomWarning");
  }
}

async function within<T>(limit: Omit<DeadlineOptions, "signal"> | undefined, work: Promise<T>): Promise<T> {
  if (limit === undefined) return work;
  using deadline = new Deadline(limit);
  return await abortable(work, deadline.signal);
}
