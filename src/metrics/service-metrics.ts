import type { HealthStatus } from "../lifecycle/health-status.ts";
import type { ResourceSample } from "../resources/resource-sample.ts";
import type { Timings } from "./timings.ts";

/**
 * What a container uses of the machine. Rates are those since it was asked for before; the first time, since the container
 * started.
 */
export interface ContainerMetrics extends ResourceSample {
  /** The engine's full id. */
  readonly id: string;
  /** When it started, in milliseconds since the epoch; a restart is a start. */
  readonly startedAtMs: number;
  /** How long ago that was, in milliseconds. */
  readonly uptimeMs: number;
}

/** What one probe has seen that watches a service. */
export interface CheckMetrics {
  /** What it says now. */
  readonly status: HealthStatus;
  /** How often it was tried. */
  readonly checks: number;
  /** How often it failed. */
  readonly failures: number;
  /** What the last failure saw; absent when there was none. */
  readonly lastFailure?: string;
  /** How long it has had each status, in milliseconds, the one that it has now included; none that it never had. */
  readonly timeInMs: Readonly<Partial<Record<HealthStatus, number>>>;
}

/** How a service is and has been, by the probes that watch it as its option `supervision` says. */
export interface HealthMetrics {
  /** Whether it can be used; `unknown` where nothing watches it. */
  readonly status: HealthStatus;
  /** How often probes were tried. */
  readonly checks: number;
  /** How often they failed. */
  readonly failures: number;
  /** What its readiness probe has seen; absent where there is none. */
  readonly readiness?: CheckMetrics;
  /** What its liveness probe has seen; absent where there is none. */
  readonly liveness?: CheckMetrics;
}

/** What went through the proxies of a handle. */
export interface TrafficMetrics {
  /** How long requests took until their answer began: what a client waits before it can read anything. */
  readonly latency?: Timings;
  /** How long requests took until their answer was complete; its `perSecond` is the rate of requests. */
  readonly responseTime?: Timings;
  /** Connections that were opened. */
  readonly connections: number;
  /** Connections that failed: refused by the service, or cut off by either side. */
  readonly failedConnections: number;
  /** Bytes that clients sent. */
  readonly sentBytes: number;
  /** Bytes that the service answered. */
  readonly receivedBytes: number;
  /** Bytes in both directions a second, from the first connection to the last byte. */
  readonly bytesPerSecond: number;
}

/** How fast a service answers. */
export interface PerformanceMetrics {
  /** How long its probes took; absent where none watches it. */
  readonly probes?: Timings;
  /** What went through the proxies of this handle; absent where it has had none. */
  readonly traffic?: TrafficMetrics;
}

/** What is known of a service: what it uses, how it is, how fast it answers. Plain data. What is not known is absent, never 0. */
export interface ServiceMetrics {
  /** Name of the service. */
  readonly name: string;
  /** When it was looked at, in milliseconds since the epoch. */
  readonly atMs: number;
  /** What its container uses; absent of a service that exists already, and of one that does not run. */
  readonly container?: ContainerMetrics;
  /** How it is. */
  readonly health: HealthMetrics;
  /** How fast it answers. */
  readonly performance: PerformanceMetrics;
}

/** What is known of a service that nothing watches. */
export function unwatched(name: string, atMs: number): ServiceMetrics {
  return { name, atMs, health: { status: "unknown", checks: 0, failures: 0 }, performance: {} };
}
