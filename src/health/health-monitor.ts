import { messageOf } from "../errors/describe.ts";
import type { Clock } from "../time/clock.ts";
import { sleep } from "../time/sleep.ts";
import { attemptProbe } from "./attempt-probe.ts";
import type { HealthChange, HealthReport, HealthResult, HealthStatus } from "../lifecycle/health-status.ts";
import type { HealthTerms } from "./health-tracker.ts";
import { HealthTracker } from "./health-tracker.ts";
import type { Probe, ProbeTarget } from "./probe.ts";

/** What is watched, how often, and who is told. */
export interface HealthMonitorOptions {
  /** Tells whether the service is healthy. */
  readonly probe: Probe;
  /** What the probe reaches of the container. Asked anew in each attempt, so its ports may change in between. */
  readonly target: ProbeTarget;
  /** When the service counts as healthy or not. */
  readonly terms: HealthTerms;
  /** How much later than the one before an attempt begins, in milliseconds. */
  readonly intervalMs: number;
  /** How long an attempt may take, in milliseconds; then it is ended and counts as failed. */
  readonly timeoutMs: number;
  /** Where time comes from. */
  readonly clock: Clock;
  /**
   * When the container started, in milliseconds since the epoch.
   * @default now
   */
  readonly startedAtMs?: number;
  /** Told of every change of status, after it. Must not throw. */
  readonly onChange?: (change: HealthChange) => void;
  /** Told of every attempt, before the change of status that it makes. Must not throw. */
  readonly onResult?: (result: HealthResult) => void;
}

/**
 * Watches the health of a container from now on, beginning with an attempt at once. Attempts begin at whole multiples of
 * the interval, never two at a time: those that one before took the time of are left out. The owner stops it.
 */
export class HealthMonitor {
  readonly #options: HealthMonitorOptions;
  readonly #tracker: HealthTracker;
  readonly #stopping = new AbortController();
  readonly #ended: Promise<void>;

  constructor(options: HealthMonitorOptions) {
    const { clock, terms, startedAtMs = clock.now() } = options;
    this.#options = options;
    this.#tracker = new HealthTracker(terms, startedAtMs);
    this.#ended = this.#watch();
  }

  /** How the service is now, and how it has been. */
  get report(): HealthReport {
    return this.#tracker.report;
  }

  /**
   * Sets a status that something other than the probe has told of, such as the engine that it paused the container. With
   * `starting` the start period begins anew.
   */
  mark(status: Exclude<HealthStatus, "healthy">, reason?: string): void {
    this.#tell(this.#tracker.mark(status, this.#options.clock.now(), reason));
  }

  /** Ends the watch, and an attempt that is under way; nobody is told of anything any more. Safe to call twice. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stopping;
    try {
      await this.#attemptAtEachTick(signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #attemptAtEachTick(signal: AbortSignal): Promise<never> {
    const { clock, intervalMs } = this.#options;
    const beganAtMs = clock.now();
    for (let tick = 0; ;) {
      await this.#attempt(signal);
      // Timers may ring a little early, so the next tick is later than this one by number, not by the clock alone.
      tick = Math.max(tick + 1, Math.ceil((clock.now() - beganAtMs) / intervalMs));
      await sleep(clock, Math.max(0, beganAtMs + tick * intervalMs - clock.now()), signal);
    }
  }

  async #attempt(signal: AbortSignal): Promise<void> {
    const { probe, target, timeoutMs, clock, onResult } = this.#options;
    const beganAtMs = clock.now();
    const failure = await attemptProbe(probe, target, { timeoutMs, clock, signal });
    signal.throwIfAborted();
    const atMs = clock.now();
    const seen = failure === undefined ? {} : { message: messageOf(failure.error) };
    const result = { atMs, durationMs: atMs - beganAtMs, isHealthy: failure === undefined, ...seen };
    const change = this.#tracker.record(result);
    onResult?.(result);
    this.#tell(change);
  }

  #tell(change: HealthChange | undefined): void {
    if (change !== undefined && !this.#stopping.signal.aborted) this.#options.onChange?.(change);
  }
}
