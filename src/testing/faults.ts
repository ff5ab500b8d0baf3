import type { BackendMethod } from "./call-ledger.ts";

/** A failure that waits for its call. */
export interface PlannedFailure {
  /** What the call rejects with. */
  readonly error: unknown;
  /** Whether the call has its effect all the same, as when only the engine's answer is lost. */
  readonly isAfterEffect: boolean;
}

/** What goes wrong with which calls: each failure meets one call, a hang all of them until it is released. */
export class Faults {
  readonly #failures = new Map<BackendMethod, PlannedFailure[]>();
  readonly #hangs = new Map<BackendMethod, Promise<void>>();

  /** Lets the next call of `method` that has no failure yet fail. */
  plan(method: BackendMethod, failure: PlannedFailure): void {
    this.#failures.set(method, [...(this.#failures.get(method) ?? []), failure]);
  }

  /** Lets calls of `method` hang; the returned function lets them go on. */
  hang(method: BackendMethod): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#hangs.set(method, promise);
    return () => {
      if (this.#hangs.get(method) === promise) this.#hangs.delete(method);
      resolve();
    };
  }

  /** Takes the failure that waits for a call of `method`. */
  take(method: BackendMethod): PlannedFailure | undefined {
    return this.#failures.get(method)?.shift();
  }

  /** Resolves when calls of `method` may go on: soon, unless they hang. */
  pass(method: BackendMethod): Promise<void> {
    return this.#hangs.get(method) ?? Promise.resolve();
  }
}
