import type { Adoption } from "../backend/adoption.ts";
import { hasCode } from "../errors/cleanroom-error.ts";
import type { CreationFailure } from "../errors/creation-error.ts";
import { CreationError } from "../errors/creation-error.ts";
import type { EngineRefusal } from "../errors/engine-request-error.ts";
import { EngineRequestError, isEngineRequestError, refusalOf } from "../errors/engine-request-error.ts";
import { Rollback } from "../lifecycle/rollback.ts";
import { adoptContainer } from "./adopt-container.ts";
import type { ContainerRuntime } from "./container-runtime.ts";
import { explainRefusedLimit } from "./explain-refused-limit.ts";
import { buildImage, buildOf, pullImage } from "./image.ts";
import type { ForeignContainer } from "./service-plan.ts";
import type { StartRequest } from "./start-container.ts";
import type { Stopwatch } from "./stopwatch.ts";

/** A container that exists but may not run yet. */
export interface CreatedContainer {
  /** The engine's full id. */
  readonly id: string;
  /** The image it was made from. */
  readonly image: string;
  /** How far the code has got that made it and starts it; absent when that is Cleanroom. */
  readonly adoption?: Adoption;
}

/**
 * Makes the container, fetching its image first where the policy and its absence ask for it. The caller owns the container;
 * when this rejects there is none.
 *
 * @throws CreationError when the engine or the registry refuses.
 */
export async function createContainer(
  request: StartRequest,
  runtime: ContainerRuntime,
  watch: Stopwatch,
  signal: AbortSignal,
): Promise<CreatedContainer> {
  await using rollback = new Rollback();
  // By name and ahead of the call: whatever becomes of it, what it made can be found.
  await rollback.defer(() => runtime.backend.remove(request.containerName));
  try {
    const { foreign, spec } = request.plan;
    const created =
      foreign === undefined
        ? { id: await createWithImage(request, runtime, watch, signal), image: spec.image }
        : await createForeign(foreign, request, runtime, signal);
    rollback.disarm();
    return created;
  } catch (error) {
    if (isNameTaken(error)) rollback.disarm(); // What has the name is somebody else's.
    throw error;
  }
}

async function createForeign(
  foreign: ForeignContainer,
  request: StartRequest,
  runtime: ContainerRuntime,
  signal: AbortSignal,
): Promise<CreatedContainer> {
  const adoption = await adoptContainer(foreign, request, runtime, signal);
  try {
    return { ...(await adoption.created), adoption };
  } catch (error) {
    throw explainCreation(error, request);
  }
}

async function createWithImage(
  request: StartRequest,
  runtime: ContainerRuntime,
  watch: Stopwatch,
  signal: AbortSignal,
): Promise<string> {
  const { spec } = request.plan;
  const build = buildOf(spec);
  const pullPolicy = build === undefined ? spec.pullPolicy : "missing";
  try {
    // Ahead of its use, so that it is not taken for one that nobody needs.
    if (build !== undefined) await runtime.madeImages?.noteUse(build.digest);
    if (pullPolicy === "always") await pull(request, runtime, watch, signal);
    return await create(request, runtime, signal);
  } catch (error) {
    if (pullPolicy === "missing" && isImageMissing(error)) return createAfterPull(request, runtime, watch, signal);
    throw explainCreation(error, request);
  }
}

/** The engine is asked to create first: when the image is there, which it usually is, that saves a question. */
async function createAfterPull(
  request: StartRequest,
  runtime: ContainerRuntime,
  watch: Stopwatch,
  signal: AbortSignal,
): Promise<string> {
  try {
    await pull(request, runtime, watch, signal);
    return await create(request, runtime, signal);
  } catch (error) {
    throw explainCreation(error, request);
  }
}

async function pull(
  request: StartRequest,
  runtime: ContainerRuntime,
  watch: Stopwatch,
  signal: AbortSignal,
): Promise<void> {
  watch.begin("pull");
  const { spec } = request.plan;
  const build = buildOf(spec);
  await (build === undefined ? pullImage(spec, runtime, signal) : buildImage(request.name, build, runtime, signal));
  watch.begin("create");
}

function create(request: StartRequest, { backend }: ContainerRuntime, signal: AbortSignal): Promise<string> {
  const { containerName, plan, labels, networkName } = request;
  return backend.create({ containerName, spec: plan.spec, labels, networkName }, signal);
}

function isNameTaken(error: unknown): boolean {
  return hasCode(error, "CLEANROOM_NAME_CONFLICT");
}

function isImageMissing(error: unknown): boolean {
  const refusal = refusalOf(error);
  return refusal === "image-not-found" || refusal === "platform-unavailable";
}

const failures: Partial<Record<EngineRefusal, CreationFailure>> = {
  "image-not-found": "image-not-found",
  "platform-unavailable": "platform-unavailable",
  "image-corrupt": "image-corrupt",
  "image-unauthorized": "image-unauthorized",
  "registry-unreachable": "registry-unreachable",
  conflict: "name-conflict",
  "port-in-use": "port-in-use",
};

/** Tells what the engine said, or did not say, in terms of the service. What is not its error stays as it is. */
function explainCreation(error: unknown, { name, plan }: Pick<StartRequest, "name" | "plan">): unknown {
  if (!isEngineRequestError(error)) return error;
  if (error.details.refusal === "unanswered") {
    return new EngineRequestError({ ...error.details, operation: `create ${name}` }, error);
  }
  const { refusal, reason } = error.details;
  const refusedLimit = explainRefusedLimit(name, plan.spec, reason, error);
  if (refusedLimit !== undefined) return refusedLimit;
  const failure = failures[refusal] ?? "refused";
  return new CreationError({ container: name, image: plan.spec.image, failure, reason }, error);
}
