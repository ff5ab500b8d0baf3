import type { Clock } from "../time/clock.ts";

/** What a container has written to its own file system, in bytes; nothing when the engine does not say. */
export type MeasureLayer = (id: string, signal: AbortSignal) => Promise<number | undefined>;

/** How long to wait at least between two measurements, in milliseconds. */
const PAUSE_MS = 5_000;
/** How many times as long as a measurement took it has to be waited for the next: the engine walks through every file. */
const PAUSE_RATIO = 20;

/** Measures a container's layer now and then, so that the engine is at work with it for a small part of the time only. */
export class LayerMeter implements Disposable {
  readonly #id: string;
  readonly #measure: MeasureLayer;
  readonly #clock: Clock;
  readonly #closed = new AbortController();
  #isMeasuring = false;
  #nextAtMs = -Infinity;
  #lastBytes: number | undefined;

  constructor(id: string, measure: MeasureLayer, clock: Clock) {
    this.#id = id;
    this.#measure = measure;
    this.#clock = clock;
  }

  /** What it was when it was measured last; nothing before that. */
  get lastBytes(): number | undefined {
    return this.#lastBytes;
  }

  /** Begins a measurement if it is time for one. */
  tick(): void {
    if (this.#isMeasuring || this.#clock.now() < this.#nextAtMs) return;
    this.#isMeasuring = true;
    void this.#measureNow();
  }

  /** Ends a measurement that is under way. */
  [Symbol.dispose](): void {
    this.#closed.abort();
  }

  async #measureNow(): Promise<void> {
    const beganAtMs = this.#clock.now();
    // An engine that cannot say leaves it unknown, which is told by its absence.
    this.#lastBytes = await this.#measure(this.#id, this.#closed.signal).catch(() => undefined);
    const endedAtMs = this.#clock.now();
    this.#nextAtMs = endedAtMs + Math.max(PAUSE_MS, (endedAtMs - beganAtMs) * PAUSE_RATIO);
    this.#isMeasuring = false;
  }
}
