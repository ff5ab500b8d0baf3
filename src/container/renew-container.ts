import type { ReadinessTrace } from "../health/wait-until-healthy.ts";
import { StateMachine } from "../lifecycle/state-machine.ts";
import { atItsPorts } from "./at-its-ports.ts";
import type { ContainerRuntime } from "./container-runtime.ts";
import { explainFailure } from "./explain-failure.ts";
import type { ServiceConnection } from "./service-connection.ts";
import type { StartRequest } from "./start-container.ts";
import { removalOf, startDeadline } from "./start-container.ts";
import type { StartedContainer } from "./started-container.ts";
import { Stopwatch } from "./stopwatch.ts";
import { whileRunning } from "./while-running.ts";

/**
 * Initialises a container that runs anew, in place of what it was initialised with. The caller owns it, as if it had been
 * started; when this fails it is as good as spent.
 *
 * @param former - How it is reached.
 * @returns `undefined` when not everything could be taken out of it, so that another has to take its place.
 * @throws What its initialisation throws; TimeoutError; the signal's reason.
 */
export async function renewContainer(
  request: StartRequest,
  former: ServiceConnection,
  runtime: ContainerRuntime,
  signal: AbortSignal,
): Promise<StartedContainer | undefined> {
  const { name, key, plan } = request;
  const { id } = former;
  const watch = new Stopwatch(runtime.clock);
  const trace: ReadinessTrace = { attempts: 0, lastResults: [], isHealthy: true };
  using deadline = startDeadline(request, runtime, trace, signal);
  watch.begin("prepare");
  const cleared = await clear(request, former, runtime, deadline.signal);
  if (cleared === undefined) return undefined;

  const machine = new StateMachine(
    "it runs already",
    (transition) => {
      runtime.emitter.emit("container:state", { name, id, atMs: runtime.clock.now(), ...transition });
    },
    "starting",
  );
  const own: ServiceConnection = { ...cleared, key, details: plan.details };
  try {
    const work = (running: AbortSignal): Promise<ServiceConnection["details"]> => prepare(request, own, running);
    const details = await whileRunning(id, runtime.backend, work, deadline.signal);
    machine.move("ready", "initialised anew");
    const timings = watch.timings();
    const how = { attempts: 1, isWarm: false, isRenewed: true, isClaimed: false };
    runtime.emitter.emit("container:ready", { name, id, timings, ...how });
    const connection = { ...own, details: { ...own.details, ...details } };
    return { connection, machine, spec: plan.spec, timings, [Symbol.asyncDispose]: removalOf(name, id, runtime) };
  } catch (error) {
    const failure = await explainFailure(error, {
      ...{ name, id, plan, runtime, trace, deadline },
      elapsedMs: deadline.elapsedMs,
    });
    machine.fail(failure);
    throw failure;
  }
}

async function prepare(
  { plan }: StartRequest,
  connection: ServiceConnection,
  signal: AbortSignal,
): Promise<ServiceConnection["details"]> {
  return (await plan.prepare?.(connection, signal)) ?? {};
}

/** How it is reached once there is nothing left in it; `undefined` when there may be. */
async function clear(
  { plan }: StartRequest,
  former: ServiceConnection,
  runtime: ContainerRuntime,
  signal: AbortSignal,
): Promise<ServiceConnection | undefined> {
  try {
    const current = await whileItRuns(former, runtime, signal);
    if (plan.renewal === undefined || current === undefined) return undefined;
    await plan.renewal.clear(current, signal);
    return current;
  } catch {
    signal.throwIfAborted();
    return undefined; // A new one has nothing that it should not have.
  }
}

/** Where it was, another may answer by now, to the same password: its ports are taken as they are. */
async function whileItRuns(
  former: ServiceConnection,
  { backend }: ContainerRuntime,
  signal: AbortSignal,
): Promise<ServiceConnection | undefined> {
  const inspection = await backend.inspect(former.id, signal);
  return inspection.isRunning ? atItsPorts(former, inspection) : undefined;
}
