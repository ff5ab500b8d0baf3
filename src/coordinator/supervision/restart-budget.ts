import type { RestartPlan } from "../../container/care-plan.ts";
import type { Clock } from "../../time/clock.ts";

/** One restart that may be done. */
export interface RestartTurn {
  /** Which one it is, from 1, of those that count. */
  readonly number: number;
  /** How long to wait before it, in milliseconds. */
  readonly delayMs: number;
}

/** How many restarts a container has left. After it has run for long enough, earlier ones count no more. */
export class RestartBudget {
  readonly #plan: RestartPlan;
  readonly #clock: Clock;
  #taken = 0;
  #startedAtMs: number | undefined;

  constructor(plan: RestartPlan, clock: Clock) {
    this.#plan = plan;
    this.#clock = clock;
  }

  /** The next restart; `undefined` when there is none left. */
  take(): RestartTurn | undefined {
    const { maxRestarts, delayMs, resetAfterMs } = this.#plan;
    const hasLasted = this.#startedAtMs !== undefined && this.#clock.now() - this.#startedAtMs >= resetAfterMs;
    if (hasLasted) this.#taken = 0;
    this.#startedAtMs = undefined;
    if (this.#taken >= maxRestarts) return undefined;
    this.#taken += 1;
    return { number: this.#taken, delayMs: delayMs * 2 ** (this.#taken - 1) };
  }

  /** Notes that the container can be used from now on. */
  noteStart(): void {
    this.#startedAtMs = this.#clock.now();
  }
}
