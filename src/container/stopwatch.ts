import type { StartTimings } from "../events/event-map.ts";
import type { Clock } from "../time/clock.ts";

/** The steps of a start that are measured. */
export type StartStep = "pull" | "create" | "start" | "wait" | "prepare";

/** Measures the steps of one start; what is not one of them belongs to the step it comes after. */
export class Stopwatch {
  readonly #clock: Clock;
  readonly #startedAtMs: number;
  readonly #elapsedMs: Record<StartStep, number> = { pull: 0, create: 0, start: 0, wait: 0, prepare: 0 };
  #step: StartStep = "create";
  #stepStartedAtMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedAtMs = clock.now();
    this.#stepStartedAtMs = this.#startedAtMs;
  }

  /** How long it has been running, in milliseconds. */
  get totalMs(): number {
    return this.#clock.now() - this.#startedAtMs;
  }

  /** From now on time belongs to `step`. A step may come more than once. */
  begin(step: StartStep): void {
    const nowMs = this.#clock.now();
    this.#elapsedMs[this.#step] += nowMs - this.#stepStartedAtMs;
    this.#step = step;
    this.#stepStartedAtMs = nowMs;
  }

  /** Where the time went, up to now. */
  timings(): StartTimings {
    this.begin(this.#step);
    const { pull, create, start, wait, prepare } = this.#elapsedMs;
    const totalMs = pull + create + start + wait + prepare;
    return Object.freeze({
      pullMs: pull,
      createMs: create,
      startMs: start,
      waitMs: wait,
      prepareMs: prepare,
      totalMs,
    });
  }
}
