import type { SingleFlight } from "../concurrency/single-flight.ts";
import type { PullProgress } from "../backend/container-backend.ts";
import type { ContainerSpec } from "../spec/container-spec.ts";
import type { ContainerRuntime } from "./container-runtime.ts";

/** Pulls under way in this process, by image and platform. */
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
