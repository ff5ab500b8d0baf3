import type { HealthChange, HealthReport, HealthResult, HealthStatus } from "../lifecycle/health-status.ts";

/** When a service counts as healthy or not. */
export interface HealthTerms {
  /** How many failures in a row make it unhealthy. */
  readonly failureThreshold: number;
  /** How many successes in a row make it healthy. */
  readonly successThreshold: number;
  /** How long after its start failures do not count, in milliseconds; once it has been healthy they do. */
  readonly startPeriodMs: number;
}

const KEPT_RESULTS = 20;

/**
 * Makes a status out of what attempts gave. A single result out of turn changes nothing: only as many in a row as the
 * terms say do.
 */
export class HealthTracker {
  readonly #terms: HealthTerms;
  #startedAtMs: number;
  #hasBeenHealthy = false;
  #failuresInARow = 0;
  #successesInARow = 0;
  #history: readonly HealthResult[] = [];
  #current: Pick<HealthReport, "status" | "sinceMs" | "reason">;

  /** @param startedAtMs - When the container started, in milliseconds since the epoch; its start period begins there. */
  constructor(terms: HealthTerms, startedAtMs: number) {
    this.#terms = terms;
    this.#startedAtMs = startedAtMs;
    this.#current = { status: "unknown", sinceMs: startedAtMs };
  }

  /** How the service is now, and how it has been. */
  get report(): HealthReport {
    return { ...this.#current, failuresInARow: this.#failuresInARow, history: this.#history };
  }

  /**
   * Takes in what an attempt gave.
   *
   * @returns the change of status that it makes, if any.
   */
  record(result: HealthResult): HealthChange | undefined {
    this.#history = [...this.#history, result].slice(-KEPT_RESULTS);
    if (result.isHealthy) this.#countSuccess();
    else this.#countFailure(result.atMs);
    return this.#become(this.#statusNow(), result.atMs, result.message);
  }

  /**
   * Sets a status that something other than a probe has told of; what was counted so far counts no more. With `starting`
   * the start period begins anew.
   *
   * @returns the change of status, if it is one.
   */
  mark(status: Exclude<HealthStatus, "healthy">, atMs: number, reason?: string): HealthChange | undefined {
    this.#failuresInARow = 0;
    this.#successesInARow = 0;
    if (status === "starting") {
      this.#startedAtMs = atMs;
      this.#hasBeenHealthy = false;
    }
    return this.#become(status, atMs, reason);
  }

  #countSuccess(): void {
    this.#failuresInARow = 0;
    this.#successesInARow += 1;
  }

  #countFailure(atMs: number): void {
    this.#successesInARow = 0;
    const isInStartPeriod = !this.#hasBeenHealthy && atMs - this.#startedAtMs < this.#terms.startPeriodMs;
    if (!isInStartPeriod) this.#failuresInARow += 1;
  }

  #statusNow(): HealthStatus {
    const { status } = this.#current;
    if (this.#successesInARow >= this.#terms.successThreshold) return "healthy";
    if (this.#failuresInARow >= this.#terms.failureThreshold) return "unhealthy";
    // Of a service that has been healthy before, too few results do not tell that it starts.
    return status === "unknown" && !this.#hasBeenHealthy ? "starting" : status;
  }

  #become(status: HealthStatus, atMs: number, reason: string | undefined): HealthChange | undefined {
    const { status: from } = this.#current;
    if (status === "healthy") this.#hasBeenHealthy = true;
    if (status === from) return undefined;
    const why = reason === undefined ? {} : { reason };
    this.#current = { status, sinceMs: atMs, ...why };
    return { from, to: status, atMs, ...why };
  }
}
