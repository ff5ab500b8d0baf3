import type { Clock, Timer } from "./clock.ts";

/** What a deadline is made from. */
export interface DeadlineOptions {
  /** Where time comes from. */
  readonly clock: Clock;
  /** How long from now, in milliseconds. */
  readonly timeoutMs: number;
  /** Makes the error that the signal aborts with once the time is over; told how much has passed, in milliseconds. */
  readonly onExpire: (elapsedMs: number) => Error;
  /** Ends the deadline's signal early, with its own reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A point in time after which waiting ends. Hand `signal` to everything that waits, inner waits included. The owner disposes it, which stops its timer.
 */
export class Deadline implements Disposable {
  /** Aborts when the time is over or when the outer signal does, whichever is first. */
  readonly signal: AbortSignal;

  readonly #clock: Clock;
  readonly #startedAtMs: number;
  readonly #timer: Timer;
  readonly #expiry: AbortController;

  constructor({ clock, timeoutMs, onExpire, signal }: DeadlineOptions) {
    this.#clock = clock;
    this.#startedAtMs = clock.now();
    this.#expiry = new AbortController();
    this.#timer = clock.startTimer(() => {
      this.#expiry.abort(onExpire(this.elapsedMs));
    }, timeoutMs);
    this.signal = signal === undefined ? this.#expiry.signal : AbortSignal.any([signal, this.#expiry.signal]);
  }

  /** How much has passed, in milliseconds. */
  get elapsedMs(): number {
    return this.#clock.now() - this.#startedAtMs;
  }

  /** Whether `error` is what this deadline aborted with. */
  isReason(error: unknown): boolean {
    return this.#expiry.signal.aborted && this.#expiry.signal.reason === error;
  }

  [Symbol.dispose](): void {
    this.#timer.cancel();
  }
}
