/**
 * How a service is, by its probe:
 * - `unknown`: nothing has been seen of it yet, or it cannot be looked at, as when it has been lost
 * - `starting`: it has not been healthy since it started, and has not failed often enough to be given up
 * - `healthy`: it succeeded as often in a row as asked for, and has not failed as often since
 * - `unhealthy`: it failed as often in a row as it may, and has not succeeded as often since
 */
export type HealthStatus = "unknown" | "starting" | "healthy" | "unhealthy";

/** What one attempt of a probe gave. */
export interface HealthResult {
  /** When the attempt ended, in milliseconds since the epoch. */
  readonly atMs: number;
  /** How long it took, in milliseconds. */
  readonly durationMs: number;
  /** Whether it succeeded. */
  readonly isHealthy: boolean;
  /** What it saw; there when it failed. */
  readonly message?: string;
}

/** A service that became healthier or sicker. */
export interface HealthChange {
  /** The status before. */
  readonly from: HealthStatus;
  /** The status now. */
  readonly to: HealthStatus;
  /** When it changed, in milliseconds since the epoch. */
  readonly atMs: number;
  /** Why, as what the last failed attempt saw; absent when it became healthy. */
  readonly reason?: string;
}

/** How a service is and how it has been. */
export interface HealthReport {
  /** How it is now. */
  readonly status: HealthStatus;
  /** Since when, in milliseconds since the epoch. */
  readonly sinceMs: number;
  /** Why it is not healthy, where something is known. */
  readonly reason?: string;
  /** Failures since the last success that count: those in the start period do not. */
  readonly failuresInARow: number;
  /** What the last attempts gave, oldest first; 20 at most. */
  readonly history: readonly HealthResult[];
}

/**
 * What tells how a container is: a probe that says whether it can be used, one that says whether it has to be restarted, or the
 * engine's own check.
 */
export type HealthCheckName = "readiness" | "liveness" | "engine";

/** The probes that can watch a service. */
export type WatchName = Exclude<HealthCheckName, "engine">;
