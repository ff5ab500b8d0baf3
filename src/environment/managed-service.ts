import type { StartedContainer } from "../container/started-container.ts";
import type { ContainerState } from "../lifecycle/lifecycle-state.ts";
import type { RegistryEntry } from "../registry/container-registry.ts";

/** A service that has started, as its environment keeps it. */
export class ManagedService implements RegistryEntry {
  /** Name of the service. */
  readonly name: string;
  /** What users are given. */
  readonly handle: AsyncDisposable;
  /** Ids of the containers it depends on. */
  readonly dependsOn: readonly string[];
  /** Its container. */
  readonly container: StartedContainer;

  constructor(container: StartedContainer, handle: AsyncDisposable, dependsOn: readonly string[]) {
    this.name = container.connection.name;
    this.container = container;
    this.handle = handle;
    this.dependsOn = dependsOn;
  }

  /** The engine's id of its container. */
  get id(): string {
    return this.container.connection.id;
  }

  /** Its state now. */
  get state(): ContainerState {
    return this.container.machine.state;
  }

  /** Notes that somebody has it now. */
  handOut(): void {
    if (this.state === "ready") this.container.machine.move("running", "handed out");
  }
}
