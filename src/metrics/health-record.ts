import type { HealthChange, HealthResult, HealthStatus, WatchName } from "../lifecycle/health-status.ts";
import type { CheckMetrics, HealthMetrics } from "./service-metrics.ts";
import type { Timings } from "./timings.ts";
import { TimingRecord } from "./timings.ts";

/** Remembers what the probes of one service have told, however often the watch is interrupted. */
export class HealthRecord {
  readonly #checks = new Map<WatchName, CheckRecord>();
  readonly #timings = new TimingRecord();

  /** Takes in what an attempt gave. */
  noteResult(check: WatchName, { atMs, durationMs, isHealthy, message }: HealthResult): void {
    this.#timings.add({ beganAtMs: atMs - durationMs, endedAtMs: atMs, hasFailed: !isHealthy });
    const record = this.#recordOf(check, atMs);
    record.checks += 1;
    if (isHealthy) return;
    record.failures += 1;
    record.lastFailure = message;
  }

  /** Takes in a change of status. */
  noteChange(check: WatchName, { to, atMs }: HealthChange): void {
    this.#recordOf(check, atMs).become(to, atMs);
  }

  /** Notes that no probe watches any more: nothing is known of it meanwhile. */
  noteEnd(atMs: number): void {
    for (const record of this.#checks.values()) record.become("unknown", atMs);
  }

  /** How long attempts took; nothing before the first. */
  get timings(): Timings | undefined {
    return this.#timings.timings;
  }

  /** All of it, as it is now. */
  metricsAt(nowMs: number): HealthMetrics {
    const [readiness, liveness] = (["readiness", "liveness"] as const).map((name) =>
      this.#checks.get(name)?.metricsAt(nowMs),
    );
    const both = [readiness, liveness];
    return {
      status: readiness?.status ?? "unknown",
      checks: both.reduce((sum, check) => sum + (check?.checks ?? 0), 0),
      failures: both.reduce((sum, check) => sum + (check?.failures ?? 0), 0),
      ...(readiness !== undefined && { readiness }),
      ...(liveness !== undefined && { liveness }),
    };
  }

  #recordOf(check: WatchName, atMs: number): CheckRecord {
    const record = this.#checks.get(check) ?? new CheckRecord(atMs);
    this.#checks.set(check, record);
    return record;
  }
}

/** One probe. */
class CheckRecord {
  checks = 0;
  failures = 0;
  lastFailure: string | undefined;
  readonly #timeInMs = new Map<HealthStatus, number>();
  #status: HealthStatus = "unknown";
  #sinceMs: number;

  constructor(sinceMs: number) {
    this.#sinceMs = sinceMs;
  }

  become(status: HealthStatus, atMs: number): void {
    this.#timeInMs.set(this.#status, this.#timeIn(this.#status, atMs));
    this.#status = status;
    this.#sinceMs = atMs;
  }

  metricsAt(nowMs: number): CheckMetrics {
    const known = new Set([...this.#timeInMs.keys(), this.#status]);
    const { checks, failures, lastFailure } = this;
    return {
      status: this.#status,
      ...{ checks, failures, ...(lastFailure !== undefined && { lastFailure }) },
      timeInMs: Object.fromEntries([...known].map((status) => [status, this.#timeIn(status, nowMs)])),
    };
  }

  #timeIn(status: HealthStatus, nowMs: number): number {
    const before = this.#timeInMs.get(status) ?? 0;
    return status === this.#status ? before + Math.max(0, nowMs - this.#sinceMs) : before;
  }
}
