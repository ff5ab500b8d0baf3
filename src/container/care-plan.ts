import type { HealthTerms } from "../health/health-tracker.ts";
import type { Probe } from "../health/probe.ts";

/** How a probe is repeated once its service is ready. */
export interface WatchPlan extends HealthTerms {
  /** The probe: plain data, as it is tried in another process. */
  readonly probe: Probe;
  /** How much later than the one before an attempt begins, in milliseconds. */
  readonly intervalMs: number;
  /** How long an attempt may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** How often, and how fast, a container that has failed is restarted by itself. */
export interface RestartPlan {
  /** How many restarts are tried without one that lasts. */
  readonly maxRestarts: number;
  /** How long to wait before the first one, in milliseconds; twice as long before each one after that. */
  readonly delayMs: number;
  /** How long a container must have run for earlier restarts to count no more, in milliseconds. */
  readonly resetAfterMs: number;
}

/** How a service is looked after once it is ready: plain data, for whoever does so. */
export interface CarePlan {
  /** Tells whether it can be used. */
  readonly readiness?: WatchPlan | undefined;
  /** Tells whether it has to be restarted. */
  readonly liveness?: WatchPlan | undefined;
  /** What becomes of it when it ends, or is not alive any more; absent: it has failed for good. */
  readonly restart?: RestartPlan | undefined;
  /** Why it cannot be restarted at all, and what to do about it; absent where it can. */
  readonly restartProblem?: string | undefined;
  /** Tells that it can be used again after a restart: plain data; absent where its running process is all there is to wait for. */
  readonly startProbe?: Probe | undefined;
  /** How long a start may take, in milliseconds. */
  readonly startTimeoutMs: number;
  /** How long an attempt of the start probe may take, in milliseconds. */
  readonly attemptTimeoutMs: number;
}

/** What whoever looks after a container has to know of it that its connection does not say. */
export interface CareInstructions extends CarePlan {
  /** Whether the engine is on this machine, so that the container's own address can be reached. */
  readonly isEngineLocal: boolean;
  /** Directories of it that are in memory. */
  readonly memoryMounts: readonly string[];
  /** How often a start is tried while other programs have the ports that it may have. */
  readonly startAttempts: number;
}
