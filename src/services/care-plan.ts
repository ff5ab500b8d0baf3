import type { CarePlan, RestartPlan, WatchPlan } from "../container/care-plan.ts";
import type { Probe } from "../health/probe.ts";
import { isPlainProbe } from "../health/is-plain-probe.ts";
import { defined } from "../spec/defined.ts";
import { resolveServiceOptions } from "./resolve-options.ts";
import type { ServiceOptions } from "./service-options.ts";
import type { RestartOptions, SupervisionOptions } from "./supervision-options.ts";

const watchDefaults = {
  intervalMs: 1_000,
  timeoutMs: 2_000,
  failureThreshold: 3,
  successThreshold: 1,
  startPeriodMs: 0,
};

const restartDefaults: RestartPlan = { maxRestarts: 3, delayMs: 100, resetAfterMs: 60_000 };

/** What of a service decides how it is looked after, besides its options. */
export interface Cared {
  /** Tells that it can be used once it has started. */
  readonly probe?: Probe | undefined;
  /** Why it cannot be restarted; absent where it can. */
  readonly restartProblem?: string | undefined;
}

/** How a service is looked after once it is ready, with every default in place. A probe of the user's own is tried by its creator only. */
export function carePlan(options: ServiceOptions, { probe, restartProblem }: Cared): CarePlan {
  const { supervision, startTimeoutMs, attemptTimeoutMs } = resolveServiceOptions(options);
  const plain = probe !== undefined && isPlainProbe(probe) ? probe : undefined;
  const watched = supervision === true ? {} : supervision;
  return {
    ...(watched !== false && watches(watched, plain)),
    ...defined({ startProbe: plain, restartProblem }),
    startTimeoutMs,
    attemptTimeoutMs,
  };
}

function watches(supervision: SupervisionOptions, probe: Probe | undefined): Partial<CarePlan> {
  const { readiness = probe, liveness, restart = liveness !== undefined, ...terms } = supervision;
  const watch = (watched: Probe | undefined | false): WatchPlan | undefined =>
    watched === undefined || watched === false ? undefined : { ...watchDefaults, ...defined(terms), probe: watched };
  return defined({ readiness: watch(readiness), liveness: watch(liveness), restart: restartPlan(restart) });
}

function restartPlan(restart: boolean | RestartOptions): RestartPlan | undefined {
  if (restart === false) return undefined;
  return { ...restartDefaults, ...(restart === true ? {} : defined(restart)) };
}
