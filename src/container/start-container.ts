import type { Adoption } from "../backend/adoption.ts";
import type { ContainerInspection } from "../backend/container-backend.ts";
import { keptNameIn } from "../errors/describe-kept.ts";
import { TimeoutError } from "../errors/timeout-error.ts";
import type { ReadinessTrace } from "../health/wait-until-healthy.ts";
import { waitUntilHealthy } from "../health/wait-until-healthy.ts";
import { Rollback } from "../lifecycle/rollback.ts";
import { StateMachine } from "../lifecycle/state-machine.ts";
import { limitNetworkAsLabelled } from "../resources/network-rate.ts";
import { boundsLabels } from "../spec/bounds.ts";
import { portKey } from "../spec/port-key.ts";
import { abortable } from "../time/abortable.ts";
import { Deadline } from "../time/deadline.ts";
import type { ContainerRuntime } from "./container-runtime.ts";
import type { CreatedContainer } from "./create-container.ts";
import { createContainer } from "./create-container.ts";
import { explainFailure, explainRefusedStart } from "./explain-failure.ts";
import { startAttemptsOf, startInRanges } from "./port-ranges.ts";
import { memoryMountsOf, probeTarget } from "./probe-target.ts";
import { refuseMissingShell } from "./refuse-missing-shell.ts";
import { runInitCommands } from "./run-init-commands.ts";
import type { ServiceConnection } from "./service-connection.ts";
import type { ServicePlan } from "./service-plan.ts";
import { settleLimits } from "./settle-limits.ts";
import type { StartedContainer } from "./started-container.ts";
import { Stopwatch } from "./stopwatch.ts";
import { ExitedEarly, whileRunning } from "./while-running.ts";

/** Which container to start. */
export interface StartRequest {
  /** Name of the service. */
  readonly name: string;
  /** Name of the container in the engine; nobody else may use it. */
  readonly containerName: string;
  /** What was decided about it. */
  readonly plan: ServicePlan;
  /** Identifies everything that can change how it behaves. */
  readonly key: string;
  /** Labels that mark it as ours. */
  readonly labels: Readonly<Record<string, string>>;
  /** The network to join; the engine's default one when absent. */
  readonly networkName?: string | undefined;
  /** Whether its image holds what it would have to be initialised with otherwise; false when absent. */
  readonly isWarm?: boolean;
  /** Whether it is for a single holder; false when absent. */
  readonly isClaimed?: boolean;
  /**
   * What it will be called if it exits, or never becomes healthy, and is kept to be looked at, given that failure; `undefined`
   * when it is not. One that is kept is left to whoever is told of the failure. Absent where nothing is kept.
   */
  readonly keptAs?: ((failure: unknown) => string | undefined) | undefined;
  /** Which attempt at it this is, from 1; the first when absent. */
  readonly attempt?: number;
  /** What is left to chance otherwise follows from this; absent where it is left to chance. */
  readonly seed?: string | undefined;
}

/** A start under way. */
interface Start extends CreatedContainer {
  readonly request: StartRequest;
  readonly runtime: ContainerRuntime;
  readonly watch: Stopwatch;
  readonly trace: ReadinessTrace;
  readonly deadline: Deadline;
  /** Told when it failed and is kept to be looked at. */
  readonly onKept: () => void;
}

/**
 * Starts a container and resolves when it is initialised. When any step fails, or `signal` aborts, everything up to that
 * step is undone before this rejects.
 *
 * @throws CreationError, StartError, HealthError, ResourceError, UnsupportedError, TimeoutError; the signal's reason; and what
 * the service's own initialisation throws.
 */
export async function startContainer(
  asked: StartRequest,
  runtime: ContainerRuntime,
  signal: AbortSignal,
): Promise<StartedContainer> {
  const watch = new Stopwatch(runtime.clock);
  const request = await withSettledLimits(asked, runtime, signal);
  await using rollback = new Rollback();

  const created = await createContainer(request, runtime, watch, signal);
  const { id } = created;
  await rollback.defer(() => removeContainer(request.name, id, runtime));
  const machine = stateMachine(request.name, id, runtime);
  const onKept = (): void => {
    rollback.disarm();
  };

  const trace: ReadinessTrace = { attempts: 0, lastResults: [], isHealthy: false };
  using deadline = startDeadline(request, runtime, trace, signal);
  const connection = await bringUp({ ...created, request, runtime, watch, deadline, trace, onKept }, machine);

  rollback.disarm();
  const timings = watch.timings();
  const { name, isWarm = false, isClaimed = false, attempt: attempts = 1 } = request;
  runtime.emitter.emit("container:ready", { name, id, timings, attempts, isWarm, isRenewed: false, isClaimed });
  return {
    connection,
    machine,
    spec: request.plan.spec,
    timings,
    [Symbol.asyncDispose]: removalOf(request.name, id, runtime),
  };
}

/** The request, with nothing in it that cannot be kept. Of a container that other code makes, that code knows the limits. */
async function withSettledLimits(
  request: StartRequest,
  { backend }: ContainerRuntime,
  signal: AbortSignal,
): Promise<StartRequest> {
  const { name, plan, labels } = request;
  if (plan.foreign !== undefined) return request;
  const spec = await settleLimits(name, plan.spec, backend, signal);
  return { ...request, plan: { ...plan, spec }, labels: { ...labels, ...boundsLabels(spec) } };
}

/** Removes a container that was started, once, however often it is disposed. */
export function removalOf(name: string, id: string, runtime: ContainerRuntime): () => Promise<void> {
  return once(() => removeContainer(name, id, runtime));
}

/** Done at most once, however often it is asked for; a failure is forgotten, so that it can be tried again. */
function once(work: () => Promise<void>): () => Promise<void> {
  let doing: Promise<void> | undefined;
  const attempt = async (): Promise<void> => {
    try {
      await work();
    } catch (error) {
      doing = undefined;
      throw error;
    }
  };
  return () => (doing ??= attempt());
}

async function removeContainer(name: string, id: string, { backend, emitter }: ContainerRuntime): Promise<void> {
  await backend.remove(id);
  emitter.emit("container:removed", { name, id });
}

async function bringUp(start: Start, machine: StateMachine): Promise<ServiceConnection> {
  const { request, runtime, id, watch, deadline } = start;
  try {
    machine.move("starting", "created");
    watch.begin("start");
    await startProcess(start);
    const inspection = await runtime.backend.inspect(id, deadline.signal);
    if (!inspection.isRunning) throw new ExitedEarly(inspection.exitCode);
    await limitNetwork(start, inspection);
    const connection = await whileRunning(
      id,
      runtime.backend,
      (signal) => initialise(start, inspection, signal),
      deadline.signal,
    );
    machine.move("ready", "probe succeeded and initialised");
    return connection;
  } catch (error) {
    const failure = await explainFailure(error, {
      ...start,
      plan: request.plan,
      name: request.name,
      keptAs: request.keptAs,
      elapsedMs: deadline.elapsedMs,
    });
    if (keptNameIn(failure) !== undefined) start.onKept();
    machine.fail(failure);
    throw failure;
  }
}

async function startProcess({ request, runtime, id, adoption, deadline }: Start): Promise<void> {
  const { signal } = deadline;
  await refuseMissingShell(request, id, runtime.backend, signal);
  try {
    const attempts = startAttemptsOf(request.plan.spec.ports);
    if (adoption === undefined) await startInRanges(attempts, () => runtime.backend.start(id, signal));
    else await abortable(adoption.started, signal);
  } catch (error) {
    throw explainRefusedStart(error, request, deadline.elapsedMs);
  }
}

/** Of a container that has ended meanwhile there is more to tell than that its network was gone. */
async function limitNetwork({ request, runtime, id, deadline }: Start, inspection: ContainerInspection): Promise<void> {
  try {
    await limitNetworkAsLabelled(request.name, inspection, deadline.signal);
  } catch (error) {
    const { isRunning, exitCode } = await runtime.backend.inspect(id, deadline.signal);
    throw isRunning ? error : new ExitedEarly(exitCode);
  }
}

/** Waits for the probe, runs the commands that come then, and lets the service initialise what it needs. */
async function initialise(
  start: Start,
  inspection: ContainerInspection,
  signal: AbortSignal,
): Promise<ServiceConnection> {
  const { request, runtime, adoption, watch, trace } = start;
  const { plan, name } = request;
  watch.begin("wait");
  const started = adoption === undefined ? undefined : await foreignStart(adoption, trace, signal);
  if (plan.probe !== undefined) {
    const { hostAddress, isLocal } = runtime.backend.engine;
    const reach = { ...inspection, name, host: hostAddress, isEngineLocal: isLocal };
    const target = probeTarget({ ...reach, memoryMounts: memoryMountsOf(plan.spec) }, runtime.backend);
    const { attemptTimeoutMs } = plan;
    await waitUntilHealthy(plan.probe, target, { clock: runtime.clock, attemptTimeoutMs, trace, signal });
  }
  watch.begin("prepare");
  await runInitCommands({ name, id: start.id, spec: plan.spec }, runtime.backend, signal);
  const connection = connectionTo(start, inspection);
  const told = await plan.foreign?.describe(started);
  const details = await plan.prepare?.(connection, signal);
  return { ...connection, details: { ...connection.details, ...told, ...details } };
}

/** Waits until the code that made the container has found it ready, as a probe that is tried once would be. */
async function foreignStart({ ready }: Adoption, trace: ReadinessTrace, signal: AbortSignal): Promise<unknown> {
  trace.attempts = 1;
  const started = await abortable(ready, signal);
  trace.isHealthy = true;
  return started;
}

function connectionTo({ request, runtime, image }: Start, inspection: ContainerInspection): ServiceConnection {
  const { name, key, plan, networkName } = request;
  const { spec, details } = plan;
  const [networkAlias] = spec.networkAliases;
  const published = Object.keys(inspection.ports);
  const declared =
    plan.foreign === undefined ? spec.ports.map(portKey).filter((port) => published.includes(port)) : published;
  return {
    name,
    id: inspection.id,
    image,
    key,
    host: runtime.backend.engine.hostAddress,
    ports: Object.fromEntries(declared.map((port) => [port, inspection.ports[port] ?? 0])),
    ...(networkName !== undefined && networkAlias !== undefined && { networkAlias }),
    details,
    ...(plan.parts !== undefined && { parts: plan.parts }),
  };
}

/** Ends a start that takes too long. The caller disposes it. */
export function startDeadline(
  { name, plan }: StartRequest,
  { clock }: ContainerRuntime,
  trace: ReadinessTrace,
  signal: AbortSignal,
): Deadline {
  const timeoutMs = plan.startTimeoutMs;
  const hint = "Raise `startTimeoutMs` if it only needs longer.";
  const onExpire = (elapsedMs: number): Error => {
    const phase = trace.isHealthy ? "initialise" : "start";
    return new TimeoutError({ operation: `${phase} ${name}`, phase, timeoutMs, elapsedMs, hint });
  };
  return new Deadline({ clock, timeoutMs, signal, onExpire });
}

function stateMachine(name: string, id: string, { emitter, clock }: ContainerRuntime): StateMachine {
  return new StateMachine("created by the engine", (transition) => {
    emitter.emit("container:state", { name, id, atMs: clock.now(), ...transition });
  });
}
