/** What makes and starts a container by itself: every class of Testcontainers that describes one. */
export interface ContainerBuilder<Started = unknown> {
  /** Makes the container, starts it and waits until it can be used. */
  start(): Promise<Started>;
}

/** How a container has to be made that other code makes. */
export interface AdoptRequest {
  /** Name of the container in the engine, so that it can be removed whatever becomes of the call. */
  readonly containerName: string;
  /** Labels in addition to its own. */
  readonly labels: Readonly<Record<string, string>>;
  /** The network to join; the one it would join anyway when absent. */
  readonly networkName?: string | undefined;
  /** Names under which the containers of that network reach it. */
  readonly networkAliases: readonly string[];
  /** Environment variables, of which its own win. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * A container that other code makes and starts by itself. Each promise rejects with `EngineRequestError` when the engine
 * refuses, otherwise with what that code failed with; one that nobody waits for does so silently.
 */
export interface Adoption {
  /** Resolves once it is made; whoever asked owns it then. Not cut short while the engine is at work. */
  readonly created: Promise<AdoptedContainer>;
  /** Resolves once its process runs. */
  readonly started: Promise<void>;
  /** Resolves with what `start` did: it has found the container ready. */
  readonly ready: Promise<unknown>;
}

/** A container that other code made. */
export interface AdoptedContainer {
  /** The engine's full id. */
  readonly id: string;
  /** The image it was made from. */
  readonly image: string;
}
