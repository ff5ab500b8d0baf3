import type { SingleFlight } from "../concurrency/single-flight.ts";
import type { ContainerSpec } from "../spec/container-spec.ts";
import type { ContainerRuntime } from "./container-runtime.ts";

/** Pulls under way, by image and platform. */
export type Pulls = SingleFlight<void>;

/** Fetches the image of `spec`, together with everyone else who wants the same one now. */
export function pullImage(spec: ContainerSpec, runtime: ContainerRuntime, signal: AbortSignal): Promise<void> {
  const { image, platform } = spec;
  const pull = (pullSignal: AbortSignal): Promise<void> =>
    runtime.backend.pull(
      image,
      {
        platform,
        onProgress: (progress) => {
          runtime.emitter.emit("image:pulling", { image, ...progress });
        },
      },
      pullSignal,
    );
  return runtime.pulls.run(`${image} ${platform ?? ""}`, pull, signal);
}
