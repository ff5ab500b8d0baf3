import { refusalOf } from "../errors/engine-request-error.ts";
import type { Clock } from "../time/clock.ts";
import type { MeasureLayer } from "./layer-meter.ts";
import { LayerMeter } from "./layer-meter.ts";
import type { ReadingSource } from "./reading-source.ts";
import type { ResourceReading } from "./resource-reading.ts";
import { sampleBetween } from "./resource-reading.ts";
import type { ResourceSample } from "./resource-sample.ts";

/** Opens the source of a container's counters; nothing when it does not run. */
export type OpenSource = (id: string, signal: AbortSignal) => Promise<ReadingSource | undefined>;

/** Which container is watched, how, and who is told. */
export interface WatchTerms {
  /** The engine's full id. */
  readonly id: string;
  /** How often it is looked at, in milliseconds. */
  readonly intervalMs: number;
  /** How many samples are kept. */
  readonly historyLength: number;
  /** Whether the size of its layer is wanted too. */
  readonly needsLayer: boolean;
  /** Told every sample. */
  readonly onSample: (sample: ResourceSample) => void;
  /** Told, once, that the container does not run any more. */
  readonly onEnd?: () => void;
}

/** What looking at containers needs. */
export interface WatchMeans {
  /** Where time comes from. */
  readonly clock: Clock;
  /** Opens the source of a container's counters. */
  readonly open: OpenSource;
  /** Measures a container's layer. */
  readonly measureLayer: MeasureLayer;
}

/** A rate over a shorter time than this share of the interval would be too rough to be told. */
const LEAST_SHARE = 0.5;

/** One container whose use is looked at time and again: its last samples, and what the next is made from. */
export class WatchedContainer implements Disposable {
  readonly #terms: WatchTerms;
  readonly #means: WatchMeans;
  readonly #onClose: () => void;
  readonly #closed = new AbortController();
  readonly #layer: LayerMeter | undefined;
  readonly #history: ResourceSample[] = [];
  #source: ReadingSource | undefined;
  #isOpening = false;
  #before: ResourceReading | undefined;

  /** @param onClose - Called once it is not looked at any more, whatever the reason. */
  constructor(terms: WatchTerms, means: WatchMeans, onClose: () => void) {
    this.#terms = terms;
    this.#means = means;
    this.#onClose = onClose;
    this.#layer = terms.needsLayer ? new LayerMeter(terms.id, means.measureLayer, means.clock) : undefined;
    this.#openSource();
  }

  /** How often it is looked at, in milliseconds. */
  get intervalMs(): number {
    return this.#terms.intervalMs;
  }

  /** The last samples, oldest first. */
  get history(): readonly ResourceSample[] {
    return this.#history;
  }

  /** Looks at it now. */
  look(): void {
    if (this.#isClosed) return;
    if (this.#source?.hasEnded === true) this.#closeSource();
    if (this.#source === undefined) {
      this.#openSource();
      return;
    }
    this.#layer?.tick();
    this.#take(this.#source.read());
  }

  /** Looks at it no more. */
  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#closed.abort();
    this.#layer?.[Symbol.dispose]();
    this.#closeSource();
    this.#onClose();
  }

  get #isClosed(): boolean {
    return this.#closed.signal.aborted;
  }

  #take(now: ResourceReading | undefined): void {
    const before = this.#before;
    if (now === undefined || before === undefined) {
      this.#before = now;
      return;
    }
    if (now.atMs - before.atMs < LEAST_SHARE * this.#terms.intervalMs) return;
    this.#before = now;
    const sample = sampleBetween(before, now, this.#layer?.lastBytes);
    if (sample === undefined) return;
    this.#history.push(sample);
    if (this.#history.length > this.#terms.historyLength) this.#history.shift();
    this.#terms.onSample(sample);
  }

  #openSource(): void {
    if (this.#isOpening) return;
    this.#isOpening = true;
    void this.#means
      .open(this.#terms.id, this.#closed.signal)
      .then(this.#begin.bind(this), this.#cannotOpen.bind(this))
      .finally(() => {
        this.#isOpening = false;
      });
  }

  #begin(source: ReadingSource | undefined): void {
    if (this.#isClosed) source?.[Symbol.dispose]();
    else if (source === undefined) this.#end();
    else {
      this.#source = source;
      this.#before = source.read();
    }
  }

  /** An engine that does not answer now may answer next time. */
  #cannotOpen(error: unknown): void {
    if (!this.#isClosed && refusalOf(error) === "not-found") this.#end();
  }

  #end(): void {
    this[Symbol.dispose]();
    this.#terms.onEnd?.();
  }

  #closeSource(): void {
    this.#source?.[Symbol.dispose]();
    this.#source = undefined;
    this.#before = undefined;
  }
}
