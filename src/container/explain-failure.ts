import type { CleanroomError } from "../errors/cleanroom-error.ts";
import { CreationError } from "../errors/creation-error.ts";
import { isEngineRequestError } from "../errors/engine-request-error.ts";
import { HealthError } from "../errors/health-error.ts";
import { ResourceError } from "../errors/resource-error.ts";
import { isCleanroomError } from "../errors/cleanroom-error.ts";
import { messageOf } from "../errors/describe.ts";
import { StartError } from "../errors/start-error.ts";
import { describeProbe } from "../health/describe-probe.ts";
import type { ReadinessTrace } from "../health/wait-until-healthy.ts";
import type { Deadline } from "../time/deadline.ts";
import type { ContainerRuntime } from "./container-runtime.ts";
import { explainRefusedLimit } from "./explain-refused-limit.ts";
import { memoryShortage, shortageIn } from "./explain-shortage.ts";
import { explainTakenPorts } from "./port-ranges.ts";
import { readLogTail } from "./read-log-tail.ts";
import type { ServicePlan } from "./service-plan.ts";
import type { StartRequest } from "./start-container.ts";
import { ExitedEarly, hasExitedEarly } from "./while-running.ts";

/** Exit code of a process that was ended by SIGKILL. */
const KILLED = 137;

/** What is known about a start that failed. */
export interface FailedStart {
  /** Name of the service. */
  readonly name: string;
  /** The engine's id of the container, which still exists. */
  readonly id: string;
  /** What was decided about it. */
  readonly plan: ServicePlan;
  /** The engine. */
  readonly runtime: ContainerRuntime;
  /** What its probe saw. */
  readonly trace: ReadinessTrace;
  /** The time it was given. */
  readonly deadline: Deadline;
  /** How long it has been, in milliseconds. */
  readonly elapsedMs: number;
  /** What the container is called from then on, if it exited or was not healthy and is kept then; absent where nothing is kept. */
  readonly keptAs?: ((failure: unknown) => string | undefined) | undefined;
}

/**
 * Turns what a start failed with into an error that says what happened to the container, with its exit code and log lines.
 * Abort reasons and errors of user code pass through untouched.
 */
export async function explainFailure(error: unknown, start: FailedStart): Promise<unknown> {
  if (hasExitedEarly(error)) return explainExit(error, start);
  const wasUnhealthy = start.trace.attempts > 0 && !start.trace.isHealthy;
  if (start.deadline.isReason(error) && wasUnhealthy) return explainUnhealthy(start);
  if (isForeign(error, start)) return explainForeign(error, start);
  return error;
}

/** Whether the code that made the container says why it could not be used. */
function isForeign(error: unknown, { plan, trace, deadline }: FailedStart): boolean {
  const isOurs = isCleanroomError(error) || deadline.signal.aborted;
  return plan.foreign !== undefined && !trace.isHealthy && !isOurs;
}

/** That the container ended says more than what was made of its silence. */
async function explainForeign(error: unknown, start: FailedStart): Promise<CleanroomError> {
  const { id, runtime, trace } = start;
  const inspection = await orNothing(() => runtime.backend.inspect(id), undefined);
  if (inspection?.isRunning === false) return explainExit(new ExitedEarly(inspection.exitCode), start);
  trace.attempts = 1;
  trace.lastResults = [messageOf(error)];
  trace.lastFailure = error;
  return explainUnhealthy(start);
}

async function explainExit(error: ExitedEarly, start: FailedStart): Promise<CleanroomError> {
  const { name, plan, elapsedMs } = start;
  const logTail = await readLogTail(start.id, start.runtime.backend);
  const shortage = (await wasOutOfMemory(error, start)) ? memoryShortage(plan.spec) : shortageIn(logTail, plan.spec);
  const { exitCode } = error;
  return tellingWhere(start, (kept) =>
    shortage === undefined
      ? new StartError({ container: name, image: plan.spec.image, exitCode, elapsedMs, logTail, ...kept }, error)
      : new ResourceError({ container: name, logTail, ...shortage, ...kept }, error),
  );
}

/** An error that says what its container is called, if that is kept because of it. */
function tellingWhere<E>({ keptAs }: FailedStart, errorWith: (kept: { readonly keptAs?: string }) => E): E {
  const error = errorWith({});
  const name = keptAs?.(error);
  return name === undefined ? error : errorWith({ keptAs: name });
}

async function explainUnhealthy(start: FailedStart): Promise<CleanroomError> {
  const { name, plan, trace, elapsedMs } = start;
  const unprobed = plan.foreign === undefined ? "no probe" : "as its module waits";
  const probe = plan.probe === undefined ? unprobed : describeProbe(plan.probe);
  const { attempts, lastResults } = trace;
  const logTail = await readLogTail(start.id, start.runtime.backend);
  const details = { container: name, probe, elapsedMs, attempts, lastResults, logTail };
  const shortage = shortageIn(logTail, plan.spec);
  return tellingWhere(start, (kept) => {
    const error = new HealthError({ ...details, ...kept }, trace.lastFailure);
    return shortage === undefined
      ? error
      : new ResourceError({ container: name, logTail, ...shortage, ...kept }, error);
  });
}

/** Only a start tells that a command cannot be run, that a port is taken, or that a limit cannot be set. */
export function explainRefusedStart(
  error: unknown,
  { name, plan }: Pick<StartRequest, "name" | "plan">,
  elapsedMs: number,
): unknown {
  if (!isEngineRequestError(error) || error.details.refusal === "unanswered") return error;
  const { refusal, reason } = error.details;
  const refusedLimit = explainRefusedLimit(name, plan.spec, reason, error);
  if (refusedLimit !== undefined) return refusedLimit;
  const { image } = plan.spec;
  if (refusal === "command-not-runnable") {
    return new StartError({ container: name, image, reason, elapsedMs, logTail: "" }, error);
  }
  const failure = refusal === "port-in-use" ? "port-in-use" : "refused";
  const told = failure === "port-in-use" ? explainTakenPorts(plan.spec.ports, reason) : reason;
  return new CreationError({ container: name, image, failure, reason: told }, error);
}

/**
 * The engine's own word for it is missing now and then (2 of 60 tries with Docker 20.10, and no `oom` event either), so a
 * process that has a memory limit of its own and got SIGKILL while it started counts as well: hardly anybody else sends it one.
 */
async function wasOutOfMemory({ exitCode }: ExitedEarly, { id, plan, runtime }: FailedStart): Promise<boolean> {
  const hasOwnLimit = plan.spec.limits.memoryBytes !== undefined && plan.isMemoryLimitOfAll !== true;
  if (exitCode === KILLED && hasOwnLimit) return true;
  return orNothing(async () => (await runtime.backend.inspect(id)).isOutOfMemory, false);
}

async function orNothing<T>(ask: () => Promise<T>, nothing: T): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (isEngineRequestError(error)) return nothing;
    throw error;
  }
}
