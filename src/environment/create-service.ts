import { withoutReaper } from "../config/environment-variables.ts";
import { withCacheVolumes } from "./mount-caches.ts";
import type { ContainerRuntime } from "../container/container-runtime.ts";
import { startAttemptsOf } from "../container/port-ranges.ts";
import { memoryMountsOf } from "../container/probe-target.ts";
import { renewContainer } from "../container/renew-container.ts";
import type { ServicePlan } from "../container/service-plan.ts";
import { startAtSeededPorts } from "../container/seeded-ports.ts";
import { startAgain } from "../container/start-again.ts";
import type { WarmStart } from "../container/start-warm.ts";
import { startWarm } from "../container/start-warm.ts";
import type { CreationTicket, ServiceRequest } from "../coordinator/coordination.ts";
import { keptNameOf } from "../coordinator/kept-failures.ts";
import { PROJECT_LABEL, SERVICE_LABEL } from "../coordinator/labels.ts";
import { hasCode } from "../errors/cleanroom-error.ts";
import { Rollback } from "../lifecycle/rollback.ts";
import { isFollowed } from "../recovery/retry-policy.ts";
import type { ManagedService } from "./managed-service.ts";
import type { PlannedService, StarterContext } from "./service-starter.ts";

/** A service that is wanted, and everything that has been decided about it. */
export interface WantedService {
  /** How its kind runs it. */
  readonly planned: PlannedService;
  /** What was decided about it. */
  readonly plan: ServicePlan;
  /** What the coordinator is asked for. */
  readonly request: ServiceRequest;
}

/** A service that this process has created. */
export type CreatedService = Pick<ManagedService, "serviceId" | "connection" | "machine">;

/** A creation that this process has been told to do. */
export interface Creation extends WantedService {
  /** What it is to be. */
  readonly ticket: CreationTicket;
}

/**
 * Creates a service, or initialises its container anew, as the ticket says. Everybody else who wants it waits for what becomes
 * of this, so that is told in any case.
 *
 * @returns `undefined` when its container could not be initialised anew: it has been removed, and another can be created.
 */
export async function createService(
  creation: Creation,
  context: StarterContext,
  signal: AbortSignal,
): Promise<CreatedService | undefined> {
  const { clock, emitter, seat } = context;
  const { member } = seat;
  const { serviceId } = creation.ticket;
  const beganAtMs = clock.now();
  try {
    return await startAndHandOver(creation, context, signal);
  } catch (error) {
    const { name } = creation.request;
    const [atMs, durationMs] = [clock.now(), clock.now() - beganAtMs];
    if (!signal.aborted) emitter.emit("start:failed", { name, atMs, durationMs, error });
    // What is claimed was described like one that was created before: the next one may have more luck.
    const isGivenUp = signal.aborted || saysNothingOfTheService(error) || creation.request.claim !== undefined;
    const telling = isGivenUp ? member.abandoned(serviceId) : member.failed(serviceId, error);
    await telling.catch(() => undefined); // Then this process has left, which tells as much.
    throw error;
  }
}

async function startAndHandOver(
  creation: Creation,
  { seat, project, settings, ...context }: StarterContext,
  signal: AbortSignal,
): Promise<CreatedService | undefined> {
  const { name, key, claim, keepsFailure = false, seed } = creation.request;
  const { serviceId, containerName, networkName, former } = creation.ticket;
  const mounted = withCacheVolumes(creation.plan, creation.ticket.volumeNames);
  const plan = claim === undefined ? mounted : withOwnAlias(mounted, containerName);
  const { member } = seat;
  const workOnImage: ContainerRuntime["workOnImage"] = (imageKey, work, workSignal) =>
    member.workOnImage(imageKey, work, workSignal);
  const runtime: ContainerRuntime = { ...context, workOnImage, madeImages: seat.warm, backend: await seat.connect() };
  const labels = {
    ...creation.ticket.labels,
    [PROJECT_LABEL]: project,
    [SERVICE_LABEL]: name,
    "dev.cleanroom.key": key,
  };
  await using rollback = new Rollback();
  const request = { name, containerName, plan, key, labels, networkName, isClaimed: claim !== undefined, seed };
  const store = settings.warmImages ? seat.warm : undefined;
  const start = (attempt: number): Promise<WarmStart> => {
    // Another attempt needs the name.
    const keptAs = (failure: unknown): string | undefined =>
      plan.retry !== undefined && isFollowed(failure, attempt, plan.retry)
        ? undefined
        : keptNameOf(containerName, serviceId);
    const own = { ...request, ...(keepsFailure && { keptAs }), attempt };
    const begin = (): Promise<WarmStart> =>
      startAtSeededPorts(own, runtime, (placed) => startWarm(placed, runtime, store, signal));
    return plan.foreign === undefined ? begin() : withoutReaper(begin);
  };
  const { started, recipe } =
    former === undefined
      ? await startAgain(start, request, runtime, signal)
      : { started: await renewContainer(request, former, runtime, signal), recipe: undefined };
  if (started === undefined) {
    await seat.member.abandoned(serviceId);
    return undefined;
  }
  await rollback.defer(() => started[Symbol.asyncDispose]());
  const { connection, machine } = started;
  const { isLocal } = runtime.backend.engine;
  const { spec } = plan;
  const inside = { memoryMounts: memoryMountsOf(spec), startAttempts: startAttemptsOf(spec.ports) };
  const care = { ...plan.care, isEngineLocal: isLocal, ...inside };
  await seat.member.created(serviceId, connection, care);
  rollback.disarm();
  if (recipe !== undefined) await seat.member.keepWarm(serviceId, recipe).catch(() => undefined); // Next time, then.
  return { serviceId, connection, machine };
}

/** There may be many of a service that is claimed; the service's own names are those of the one that is shared. */
function withOwnAlias(plan: ServicePlan, containerName: string): ServicePlan {
  return { ...plan, spec: { ...plan.spec, networkAliases: [containerName] } };
}

/** Whoever waits may have more luck: it was not the service that failed. */
function saysNothingOfTheService(error: unknown): boolean {
  return hasCode(error, "CLEANROOM_ENGINE_UNAVAILABLE") || hasCode(error, "CLEANROOM_LIFECYCLE");
}
