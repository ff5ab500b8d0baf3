import { hasCode } from "../errors/cleanroom-error.ts";
import { messageOf } from "../errors/describe.ts";
import type { ImageEngine } from "../backend/image-engine.ts";
import type { ContainerSpec } from "../spec/container-spec.ts";
import type { InspectImage, WarmImage } from "../warm/find-warm-image.ts";
import { findWarmImage } from "../warm/find-warm-image.ts";
import type { WarmRecipe } from "../warm/warm-recipe.ts";
import type { ContainerRuntime } from "./container-runtime.ts";
import type { WarmScripts } from "./service-plan.ts";
import type { StartRequest } from "./start-container.ts";
import { startContainer } from "./start-container.ts";
import type { StartedContainer } from "./started-container.ts";

/** Where warm images are. */
export interface WarmStore {
  /** The engine. */
  readonly images: ImageEngine;
  /** Which images there are, as far as anybody knows who asked lately. */
  readonly inspect: InspectImage;
  /** Identifies whose they are. */
  readonly owner: string;
  /** Identifies the image of a service by its key. */
  readonly digestOf: (key: string) => string;
  /** Notes that an image is used. */
  readonly noteUse: (digest: string) => Promise<void>;
}

/** A container that is ready, and how its state can be kept, if it can and is not kept yet. */
export interface WarmStart {
  /** The container. The caller owns it. */
  readonly started: StartedContainer;
  /** How its state becomes a warm image. */
  readonly recipe?: WarmRecipe;
}

/** Longest time that a container which need not be initialised may take to start, in milliseconds. */
const WARM_TIMEOUT_MS = 20_000;

/**
 * Starts a container from a warm image, or where there is none from its own, as `startContainer` does. A warm image that
 * does not start is removed.
 *
 * @param store - Absent where no warm images are to be used.
 */
export async function startWarm(
  request: StartRequest,
  runtime: ContainerRuntime,
  store: WarmStore | undefined,
  signal: AbortSignal,
): Promise<WarmStart> {
  const { plan, key, name } = request;
  if (store === undefined || plan.snapshot === undefined || !isSelfContained(plan.spec)) {
    return { started: await startContainer(request, runtime, signal) };
  }
  const { images, inspect, owner, digestOf, noteUse } = store;
  const digest = digestOf(key);
  const { baseImageId, warm } = await findWarmImage(inspect, { owner, digest, baseImage: plan.spec.image }, signal);
  const started = warm && (await tryStart({ ...warm, images }, request, runtime, signal));
  const cannotKeep = reporter(request, runtime, "none can be kept");
  if (started !== undefined) {
    await noteUse(digest).catch(cannotKeep);
    return { started };
  }
  const kept = keepingState(request, runtime);
  const cold = await startContainer(kept.request, runtime, signal);
  const scripts = kept.scripts();
  const { id: containerId } = cold.connection;
  const base = baseImageId ?? (await images.inspectImage(plan.spec.image).catch(cannotKeep))?.id;
  if (scripts === undefined || base === undefined) return { started: cold };
  const details = kept.details();
  return { started: cold, recipe: { digest, service: name, containerId, baseImageId: base, details, ...scripts } };
}

/** Nothing but its own image and what we copy into it decides what is in it: what else there may be is not in its key. */
function isSelfContained({
  mounts,
  entrypoint,
  user,
  platform,
  pullPolicy,
  security,
  engineOptions,
}: ContainerSpec): boolean {
  return (
    mounts.every(({ type }) => type === "tmpfs") &&
    [entrypoint, user, platform].every((option) => option === undefined) &&
    pullPolicy !== "always" &&
    security.dropCapabilities.length === 0 &&
    Object.keys(engineOptions).length === 0
  );
}

async function tryStart(
  { image, details, images }: WarmImage & Pick<WarmStore, "images">,
  request: StartRequest,
  runtime: ContainerRuntime,
  signal: AbortSignal,
): Promise<StartedContainer | undefined> {
  const { plan } = request;
  const spec: ContainerSpec = { ...plan.spec, image, pullPolicy: "never" };
  const startTimeoutMs = Math.min(plan.startTimeoutMs, WARM_TIMEOUT_MS);
  const warmPlan = { ...plan, spec, startTimeoutMs, prepare: () => Promise.resolve(details) };
  try {
    // Another one of its name is started next.
    const warmRequest = { ...request, plan: warmPlan, isWarm: true, keptAs: undefined };
    const started = await startContainer(warmRequest, runtime, signal);
    return { ...started, spec: plan.spec, connection: { ...started.connection, image: plan.spec.image } };
  } catch (error) {
    if (signal.aborted || !isOfTheImage(error)) throw error;
    await images.removeImage(image).catch(reporter(request, runtime, `${image} could not be removed`));
    reporter(request, runtime, `${image} did not start`)(error);
    return undefined;
  }
}

const imageFailures = [
  "CLEANROOM_IMAGE_NOT_FOUND",
  "CLEANROOM_CREATION_REFUSED",
  "CLEANROOM_EXITED_AT_START",
  "CLEANROOM_COMMAND_NOT_RUNNABLE",
  "CLEANROOM_HEALTH_TIMEOUT",
  "CLEANROOM_TIMEOUT",
] as const;

/** Whether the service's own image may do better. */
function isOfTheImage(error: unknown): boolean {
  return imageFailures.some((code) => hasCode(error, code));
}

/** Tells what went wrong with warm images, which no start fails for. */
function reporter({ name }: StartRequest, { emitter }: ContainerRuntime, what: string): (error: unknown) => undefined {
  return (error) => {
    emitter.emit("warm-image:failed", { name, reason: `${what}: ${messageOf(error)}` });
    return undefined;
  };
}

/** Copies the state as soon as there is one. That it cannot be copied is no reason for a start to fail. */
function keepingState(
  request: StartRequest,
  runtime: ContainerRuntime,
): { request: StartRequest; scripts: () => WarmScripts | undefined; details: () => WarmRecipe["details"] } {
  let scripts: WarmScripts | undefined;
  let details: WarmRecipe["details"] = {};
  const { plan } = request;
  const prepare: typeof plan.prepare = async (connection, signal) => {
    details = (await plan.prepare?.(connection, signal)) ?? {};
    try {
      scripts = await plan.snapshot?.(connection, signal);
    } catch (error) {
      signal.throwIfAborted();
      reporter(request, runtime, "none can be made")(error);
    }
    return details;
  };
  return { request: { ...request, plan: { ...plan, prepare } }, scripts: () => scripts, details: () => details };
}
