import { join } from "node:path";
import type { SingleFlight } from "../concurrency/single-flight.ts";
import type { ImageEngine } from "../backend/image-engine.ts";
import type { PullProgress } from "../backend/container-backend.ts";
import { BuildError } from "../errors/build-error.ts";
import { isEngineRequestError } from "../errors/engine-request-error.ts";
import { defined } from "../spec/defined.ts";
import type { ImageBuild } from "../spec/image-build.ts";
import { WARM_DIGEST_LABEL, WARM_OWNER_LABEL } from "../warm/warm-labels.ts";
import { BuildLog } from "./build-log.ts";
import type { ContainerSpec } from "../spec/container-spec.ts";
import type { ContainerRuntime } from "./container-runtime.ts";

/** Where images are that Cleanroom made. */
export interface MadeImages {
  /** The engine. */
  readonly images: Pick<ImageEngine, "inspectImage">;
  /** Identifies whose they are. */
  readonly owner: string;
  /** Notes that an image is used. */
  readonly noteUse: (digest: string) => Promise<void>;
}

/** Pulls and builds under way in this process, by image and platform. */
export type Pulls = SingleFlight<void>;

/** Fetches the image of `spec`, together with everyone else who wants the same one now, in whichever process. */
export function pullImage(spec: ContainerSpec, runtime: ContainerRuntime, signal: AbortSignal): Promise<void> {
  const { backend, emitter, pulls, workOnImage } = runtime;
  const { image, platform } = spec;
  const account = runtime.accountFor(image);
  const onProgress = (progress: PullProgress): void => {
    emitter.emit("image:pulling", { image, ...progress });
  };
  // Who may not fetch it must not fail for everybody who may.
  const key = JSON.stringify(["pull", image, platform ?? "", account?.username ?? ""]);
  const pull = (pullSignal: AbortSignal): Promise<void> => {
    onProgress({ receivedBytes: 0, totalBytes: 0 }); // The registry may take long over its first answer.
    return backend.pull(image, { platform, account, onProgress }, pullSignal);
  };
  return pulls.run(key, (pullSignal) => workOnImage(key, pull, pullSignal), signal);
}

/** How the image of `spec` is built; `undefined` of one that is not, or no longer as a customizer has chosen another. */
export function buildOf({ image, build }: ContainerSpec): ImageBuild | undefined {
  return build?.image === image ? build : undefined;
}

/**
 * Builds an image, together with everyone else who wants the same one now, in whichever process.
 *
 * @param name - The service that needs it.
 * @throws BuildError when a step of it fails.
 */
export function buildImage(
  name: string,
  build: ImageBuild,
  runtime: ContainerRuntime,
  signal: AbortSignal,
): Promise<void> {
  const { image } = build;
  const { madeImages, pulls, workOnImage } = runtime;
  const key = JSON.stringify(["build", image]);
  const work = async (workSignal: AbortSignal): Promise<void> => {
    // It may have been built since it was found missing.
    if ((await madeImages?.images.inspectImage(image, workSignal)) !== undefined) return;
    await runBuild(name, build, runtime, workSignal);
  };
  return pulls.run(key, (workSignal) => workOnImage(key, work, workSignal), signal);
}

async function runBuild(
  name: string,
  build: ImageBuild,
  runtime: ContainerRuntime,
  signal: AbortSignal,
): Promise<void> {
  const { backend, emitter, madeImages, accountFor } = runtime;
  const { image, digest, contextDirectory, dockerfile } = build;
  const log = new BuildLog((step) => {
    emitter.emit("image:building", { name, image, step });
  });
  // As a warm image: it goes when nobody has used it for long.
  const labels = madeImages && { [WARM_OWNER_LABEL]: madeImages.owner, [WARM_DIGEST_LABEL]: digest };
  try {
    const onOutput = (text: string): void => {
      log.add(text);
    };
    await backend.build(build, { ...defined({ labels }), accountFor, onOutput }, signal);
  } catch (error) {
    if (!isEngineRequestError(error) || error.details.refusal === "unanswered") throw error;
    const { reason } = error.details;
    const path = join(contextDirectory, dockerfile);
    const { step, output } = log;
    throw new BuildError({ container: name, image, dockerfile: path, ...defined({ step }), output, reason }, error);
  }
}
