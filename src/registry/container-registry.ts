import type { ContainerState } from "../lifecycle/lifecycle-state.ts";

/** One container and what is known about it. */
export interface RegistryEntry {
  /** Name of the service. */
  readonly name: string;
  /** The engine's id of the container. */
  readonly id: string;
  /** Its state now. */
  readonly state: ContainerState;
}

/** Which container belongs to which name. */
export interface ContainerRegistry {
  /** The entry of `name`, if it has started. */
  get(name: string): RegistryEntry | undefined;
  /** Whether `name` has started. */
  has(name: string): boolean;
  /** Every entry, in the order in which they started. */
  list(): readonly RegistryEntry[];
  /** The state of every container, by name. */
  states(): Readonly<Record<string, ContainerState>>;
  /**
   * Gives the container of `name` back, which is removed unless somebody else uses it; the next request starts another. A
   * start that failed is tried afresh. Tells whether there was a container.
   */
  delete(name: string): Promise<boolean>;
}
