import type { Probe } from "../health/probe.ts";

/** How often a container that has failed is restarted by itself. */
export interface RestartOptions {
  /**
   * How many restarts are tried without one that lasts. Then the container has failed for good.
   * @default 3
   */
  readonly maxRestarts?: number;
  /**
   * How long to wait before the first one, in milliseconds; twice as long before each one after that.
   * @default 100
   */
  readonly delayMs?: number;
  /**
   * How long a container must have run for earlier restarts to count no more, in milliseconds.
   * @default 60_000
   */
  readonly resetAfterMs?: number;
}

/** How a service is watched while it is used. */
export interface SupervisionOptions {
  /**
   * How much later than the one before an attempt of a probe begins, in milliseconds.
   * @default 1_000
   */
  readonly intervalMs?: number;
  /**
   * How long an attempt may take, in milliseconds; one that takes longer has failed.
   * @default 2_000
   */
  readonly timeoutMs?: number;
  /**
   * How many failures in a row make it unhealthy.
   * @default 3
   */
  readonly failureThreshold?: number;
  /**
   * How many successes in a row make it healthy again.
   * @default 1
   */
  readonly successThreshold?: number;
  /**
   * How long after its start failures do not count until it was healthy once, in milliseconds.
   * @default 0
   */
  readonly startPeriodMs?: number;
  /**
   * Tells whether it can be used. `false`: nothing does.
   * @default the probe that it was waited with
   */
  readonly readiness?: Probe | false;
  /**
   * Tells whether it has to be restarted.
   * @default nothing does
   */
  readonly liveness?: Probe;
  /**
   * Whether it is restarted when it ends by itself, or is not alive any more.
   * @default only where there is a `liveness` probe
   */
  readonly restart?: boolean | RestartOptions;
}
