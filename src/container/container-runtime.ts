import type { ContainerBackend } from "../backend/container-backend.ts";
import type { Emitter } from "../events/emitter.ts";
import type { Clock } from "../time/clock.ts";
import type { Pulls } from "./image.ts";

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
}
