import type { StartTimings } from "../events/event-map.ts";
import type { StateMachine } from "../lifecycle/state-machine.ts";
import type { ContainerSpec } from "../spec/container-spec.ts";
import type { ServiceConnection } from "./service-connection.ts";

/** A container that is ready. Whoever holds it owns it; disposing kills and removes it, without asking it to stop. */
export interface StartedContainer extends AsyncDisposable {
  /** How to reach it. */
  readonly connection: ServiceConnection;
  /** Its state. */
  readonly machine: StateMachine;
  /** What it was made from. */
  readonly spec: ContainerSpec;
  /** Where the time of its start went. */
  readonly timings: StartTimings;
}
