import type { ServiceConnection } from "../container/service-connection.ts";
import type { ContainerState } from "../lifecycle/lifecycle-state.ts";
import type { StateMachine } from "../lifecycle/state-machine.ts";
import type { CurrentConnection } from "./current-connection.ts";
import type { RegistryEntry } from "../registry/container-registry.ts";

/** A service that an environment uses. */
export class ManagedService implements RegistryEntry {
  /** Identifies it among all that are shared. */
  readonly serviceId: string;
  /** What users are given. */
  readonly handle: AsyncDisposable;
  /** Its state, as far as this process knows. */
  readonly machine: StateMachine;
  /**
   * What hands out its parts, where no coordinator does: disposing it removes those that are left. Or what makes them for the
   * coordinator: disposing that makes no more.
   */
  readonly parts: AsyncDisposable | undefined;

  readonly #connection: CurrentConnection;

  constructor(
    serviceId: string,
    connection: CurrentConnection,
    { handle, parts }: Pick<ManagedService, "handle"> & { readonly parts?: AsyncDisposable | undefined },
    machine: StateMachine,
  ) {
    this.serviceId = serviceId;
    this.#connection = connection;
    this.handle = handle;
    this.machine = machine;
    this.parts = parts;
  }

  /** How to reach it now. */
  get connection(): ServiceConnection {
    return this.#connection.value;
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

  /** Notes that its container is being restarted. */
  noteRestart(reason: string): void {
    if (this.machine.canMove("restarting")) this.machine.move("restarting", reason);
  }

  /** Notes that its container has been restarted, and how it is reached from now on. */
  noteRestarted(connection: ServiceConnection, reason: string): void {
    this.#connection.replace(connection);
    if (this.state !== "restarting") return;
    this.machine.move("starting", reason);
    this.machine.move("ready", "it can be used again");
    this.handOut();
  }

  /** Notes that somebody has it now. */
  handOut(): void {
    if (this.state === "ready") this.machine.move("running", "handed out");
  }
}
