import { randomUUID } from "node:crypto";
import type { ServiceConnection } from "../container/service-connection.ts";
import { PartPool } from "../coordinator/parts/part-pool.ts";
import { UnsupportedError } from "../errors/unsupported-error.ts";
import { openLeasedSource } from "../services/open-part-source.ts";
import type { LeasedPartSource } from "../services/part-source.ts";
import { abortable } from "../time/abortable.ts";
import type { Clock } from "../time/clock.ts";
import type { PartGiver } from "./existing-access.ts";

/** The parts, and what makes them. */
interface OpenParts {
  readonly pool: PartPool;
  readonly source: LeasedPartSource;
}

const SELF = "this process";

/**
 * Hands out the parts of a service that no coordinator looks after, to this process only. They last as long as a connection of
 * its own; what processes have left that died goes when parts are first asked for. Disposing removes those that are left.
 */
export class LeasedParts implements PartGiver, AsyncDisposable {
  readonly #connection: ServiceConnection;
  readonly #clock: Clock;
  #opening: Promise<OpenParts> | undefined;

  constructor(connection: ServiceConnection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
  }

  get canKeep(): boolean {
    return this.#connection.parts === "leased-postgres-databases";
  }

  async take(signal: AbortSignal = new AbortController().signal): Promise<string> {
    signal.throwIfAborted();
    const { pool } = await abortable(this.#open(), signal);
    return pool.take({ memberId: SELF, requestId: randomUUID() }, signal);
  }

  async give(id: string, keepForMs = 0): Promise<void> {
    const { pool, source } = await this.#open();
    if (keepForMs > 0) await source.keep(id, keepForMs);
    pool.give(id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const opened = await this.#opening?.catch(() => undefined); // Whoever waited for it was told.
    if (opened === undefined) return;
    const { pool, source } = opened;
    await using _pool = pool;
    await pool.rest();
    await source.removeAll();
  }

  #open(): Promise<OpenParts> {
    this.#opening ??= this.#openNow();
    this.#opening.catch(() => (this.#opening = undefined));
    return this.#opening;
  }

  async #openNow(): Promise<OpenParts> {
    const source = await openLeasedSource(this.#connection);
    if (source === undefined) throw new UnsupportedError(`${this.#connection.name} cannot be isolated in parts.`);
    const nobody = (): void => undefined; // Who has what is in the parts' names, and what fails is tried again by the next.
    const pool = new PartPool({ source, clock: this.#clock, log: nobody, record: nobody });
    try {
      await pool.adopt(new Map());
      return { pool, source };
    } catch (error) {
      await pool[Symbol.asyncDispose]();
      throw error;
    }
  }
}
