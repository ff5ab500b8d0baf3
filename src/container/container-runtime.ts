import type { ContainerBackend, RegistryAccount } from "../backend/container-backend.ts";
import type { Emitter } from "../events/emitter.ts";
import type { Clock } from "../time/clock.ts";
import type { MadeImages, Pulls } from "./image.ts";

/** What starting and stopping containers needs; one for each environment. */
export interface ContainerRuntime {
  /** The engine. */
  readonly backend: ContainerBackend;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Told what happens. */
  readonly emitter: Emitter;
  /** Image pulls under way. */
  readonly pulls: Pulls;
  /** Where images are that Cleanroom made; absent where nothing outlives the process. */
  readonly madeImages?: MadeImages | undefined;
  /** Whether images are fetched with an account, and with which. */
  readonly accountFor: (image: string) => RegistryAccount | undefined;
  /**
   * Does work on an image, such as fetching it, unless another process is doing it already: then it waits for what comes of that,
   * and does it itself where nothing does.
   *
   * @param key - Identifies the work.
   * @throws What the work failed with, whoever did it.
   */
  readonly workOnImage: (
    key: string,
    work: (signal: AbortSignal) => Promise<void>,
    signal: AbortSignal,
  ) => Promise<void>;
}
