import type { ReadinessTrace } from "../health/wait-until-healthy.ts";
import { StateMachine } from "../lifecycle/state-machine.ts";
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
  if (!(await isCleared(request, former, deadline.signal))) return undefined;

  const machine = new StateMachine(
    "it runs already",
    (transition) => {
      runtime.emitter.emit("container:state", { name, id, atMs: runtime.clock.now(), ...transition });
    },
    "starting",
  );
  const own: ServiceConnection = { ...former, key, details: plan.details };
  try {
    const work = (running: AbortSignal): Promise<ServiceConnection["details"]> => prepare(request, own, running);
    const details = await whileRunning(id, runtime.backend, work, deadline.signal);
    machine.move("ready", "initialised anew");
    const timings = watch.timings();
    runtime.emitter.emit("container:ready", { name, id, timings, isWarm: false, isRenewed: true, isClaimed: false });
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

async function isCleared({ plan }: StartRequest, former: ServiceConnection, signal: AbortSignal): Promise<boolean> {
  try {
    await plan.renewal?.clear(former, signal);
    return plan.renewal !== undefined;
  } catch {
    signal.throwIfAborted();
    return false; // A new one has nothing that it should not have.
  }
}
