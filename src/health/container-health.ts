import type { HealthReport, HealthStatus } from "../lifecycle/health-status.ts";

/** How a container is. */
export interface ContainerHealth {
  /** Whether it can be used, as its readiness probe says; `unknown` where nothing watches it. */
  readonly status: HealthStatus;
  /** What its readiness probe has seen; absent where there is none. */
  readonly readiness?: HealthReport;
  /** What its liveness probe has seen; absent where there is none. */
  readonly liveness?: HealthReport;
}
