import type { Clock, Timer } from "../time/clock.ts";

interface Alarm {
  readonly atMs: number;
  readonly ring: () => void;
}

/** A clock whose hands a test turns itself: nothing waits, and timers run exactly when they are due. */
export class ManualClock implements Clock {
  readonly #alarms = new Set<Alarm>();
  #nowMs: number;

  /** @param startMs - What it shows at first, in milliseconds. */
  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  /** Timers that have neither run nor been cancelled. */
  get pendingTimers(): number {
    return this.#alarms.size;
  }

  /** What it shows, in milliseconds. */
  now(): number {
    return this.#nowMs;
  }

  /** Runs `callback` when the clock is turned to `delayMs` from now. */
  startTimer(callback: () => void, delayMs: number): Timer {
    const alarm: Alarm = { atMs: this.#nowMs + delayMs, ring: callback };
    this.#alarms.add(alarm);
    return { cancel: () => void this.#alarms.delete(alarm) };
  }

  /**
   * Turns the clock by `durationMs`, running every timer that falls due, in order; timers that those start included. What
   * they wake gets to run in between.
   */
  async advance(durationMs: number): Promise<void> {
    const endMs = this.#nowMs + durationMs;
    await settle();
    for (let next = this.#nextBy(endMs); next !== undefined; next = this.#nextBy(endMs)) {
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      this.#alarms.delete(next);
      next.ring();
      await settle();
    }
    this.#nowMs = endMs;
  }

  #nextBy(endMs: number): Alarm | undefined {
    const due = [...this.#alarms].filter(({ atMs }) => atMs <= endMs);
    return due.toSorted((a, b) => a.atMs - b.atMs)[0];
  }
}

/** Lets everything that is ready to run do so: promises that settle each other need a turn each. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}
