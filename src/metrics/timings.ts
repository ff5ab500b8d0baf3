import type { RecordableHistogram } from "node:perf_hooks";
import { createHistogram } from "node:perf_hooks";

/** How long something took, over all the times that it was done. */
export interface Timings {
  /** How often it was done. */
  readonly count: number;
  /** How often it failed; those count as well. */
  readonly failures: number;
  /** How long it took in all, in milliseconds. */
  readonly totalMs: number;
  /** How long it took on average, in milliseconds. */
  readonly meanMs: number;
  /** The shortest, in milliseconds. */
  readonly minMs: number;
  /** The longest, in milliseconds. */
  readonly maxMs: number;
  /** Half of them took no longer than this, in milliseconds; exact to one per cent. */
  readonly p50Ms: number;
  /** 95 of 100 took no longer than this, in milliseconds; exact to one per cent. */
  readonly p95Ms: number;
  /** 99 of 100 took no longer than this, in milliseconds; exact to one per cent. */
  readonly p99Ms: number;
  /** How often it was done a second, from the beginning of the first to the end of the last. */
  readonly perSecond: number;
}

/** Something that was done, and how long it took. */
export interface TimedRun {
  /** When it began, in milliseconds since the epoch. */
  readonly beganAtMs: number;
  /** When it ended, in milliseconds since the epoch. */
  readonly endedAtMs: number;
  /** Whether it failed. */
  readonly hasFailed: boolean;
}

const MICROSECONDS = 1_000;
/** What takes longer counts as this long for percentiles, in microseconds: an hour. */
const LONGEST = 3_600_000 * MICROSECONDS;

/** Remembers how long something took, in some 30 KB however often it is done. */
export class TimingRecord {
  readonly #histogram: RecordableHistogram = createHistogram({ lowest: 1, highest: LONGEST, figures: 2 });
  #count = 0;
  #failures = 0;
  #totalMs = 0;
  #minMs = Infinity;
  #maxMs = 0;
  #firstBeganAtMs = Infinity;
  #lastEndedAtMs = -Infinity;

  /** Takes in one time that it was done. */
  add({ beganAtMs, endedAtMs, hasFailed }: TimedRun): void {
    const tookMs = Math.max(0, endedAtMs - beganAtMs);
    this.#histogram.record(Math.min(LONGEST, Math.max(1, Math.round(tookMs * MICROSECONDS))));
    this.#count += 1;
    if (hasFailed) this.#failures += 1;
    this.#totalMs += tookMs;
    this.#minMs = Math.min(this.#minMs, tookMs);
    this.#maxMs = Math.max(this.#maxMs, tookMs);
    this.#firstBeganAtMs = Math.min(this.#firstBeganAtMs, beganAtMs);
    this.#lastEndedAtMs = Math.max(this.#lastEndedAtMs, endedAtMs);
  }

  /** What it would be with these as well; it stays what it is itself. */
  with(runs: readonly TimedRun[]): TimingRecord {
    if (runs.length === 0) return this;
    const record = new TimingRecord();
    record.#histogram.add(this.#histogram);
    record.#count = this.#count;
    record.#failures = this.#failures;
    record.#totalMs = this.#totalMs;
    record.#minMs = this.#minMs;
    record.#maxMs = this.#maxMs;
    record.#firstBeganAtMs = this.#firstBeganAtMs;
    record.#lastEndedAtMs = this.#lastEndedAtMs;
    for (const run of runs) record.add(run);
    return record;
  }

  /** What is known so far; nothing before it was done once. */
  get timings(): Timings | undefined {
    const count = this.#count;
    if (count === 0) return undefined;
    const spanMs = this.#lastEndedAtMs - this.#firstBeganAtMs;
    return {
      count,
      failures: this.#failures,
      totalMs: this.#totalMs,
      meanMs: this.#totalMs / count,
      minMs: this.#minMs,
      maxMs: this.#maxMs,
      p50Ms: this.#percentile(50),
      p95Ms: this.#percentile(95),
      p99Ms: this.#percentile(99),
      perSecond: spanMs > 0 ? (count * 1_000) / spanMs : 0,
    };
  }

  /** A bucket's bound may lie beyond all that was in it. */
  #percentile(percent: number): number {
    const boundMs = this.#histogram.percentile(percent) / MICROSECONDS;
    return Math.min(this.#maxMs, Math.max(this.#minMs, boundMs));
  }
}
