import { CoordinatorError } from "../errors/coordinator-error.ts";
import { systemClock } from "../time/system-clock.ts";

/** What calls under way are rejected with when the connection ends: a new one each time, since causes are noted in it. */
export class LostConnection extends CoordinatorError {
  constructor(log: string, cause?: unknown) {
    super({ problem: "The connection to the coordinator was lost.", log }, cause);
  }
}

/** A connection that ends so soon after a call is likely to have ended because of it, in milliseconds. */
const QUICK_MS = 1000;

/** How often that may happen in a row: a coordinator may just have been about to end, or have been killed. */
const MAX_QUICK_LOSSES = 10;

/** Keeps a call that the coordinator answers by ending the connection, each time, from being repeated for ever. */
export class QuickLosses {
  readonly #log: string;
  #count = 0;

  constructor(log: string) {
    this.#log = log;
  }

  /** @throws CoordinatorError in place of the last of too many losses. */
  async watch<T>(call: () => Promise<T>): Promise<T> {
    const startedAtMs = systemClock.now();
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof LostConnection)) throw error;
      this.#count = systemClock.now() - startedAtMs < QUICK_MS ? this.#count + 1 : 0;
      if (this.#count < MAX_QUICK_LOSSES) throw error;
      const problem = `The coordinator ended the connection ${this.#count} times in a row when it was called.`;
      throw new CoordinatorError({ problem, log: this.#log }, error);
    }
  }
}
