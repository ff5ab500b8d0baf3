import type { ServiceConnection } from "../container/service-connection.ts";
import type { ContainerState } from "../lifecycle/lifecycle-state.ts";
import type { StateMachine } from "../lifecycle/state-machine.ts";
import type { RegistryEntry } from "../registry/container-registry.ts";

/** A service that an environment uses. */
export class ManagedService implements RegistryEntry {
  /** Identifies it among all that are shared. */
  readonly serviceId: string;
  /** How to reach it. */
  readonly connection: ServiceConnection;
  /** What users are given. */
  readonly handle: AsyncDisposable;
  /** Its state, as far as this process knows. */
  readonly machine: StateMachine;
  /**
   * What hands out its parts, where no coordinator does: disposing it removes those that are left. Or what makes them for the
   * coordinator: disposing that makes no more.
   */
  readonly parts: AsyncDisposable | undefined;

  constructor(
    serviceId: string,
    connection: ServiceConnection,
    { handle, parts }: Pick<ManagedService, "handle"> & { readonly parts?: AsyncDisposable | undefined },
    machine: StateMachine,
  ) {
    this.serviceId = serviceId;
    this.connection = connection;
    this.handle = handle;
    this.machine = machine;
    this.parts = parts;
  }

  /** Whether Cleanroom has started it, so that it has to be given back. */
  get hasContainer(): boolean {
    return this.connection.existing === undefined;
  }

  /** Name of the service. */
  get name(): string {
    return this.connection.name;
  }

  /** The engine's id of its container. */
  get id(): string {
    return this.connection.id;
  }

  /** Its state now. */
  get state(): ContainerState {
    return this.machine.state;
  }

  /** Notes that somebody has it now. */
  handOut(): void {
    if (this.state === "ready") this.machine.move("running", "handed out");
  }
}
