import type { ContainerBackend } from "../backend/container-backend.ts";

/** A connection to the engine that is made when it is first needed, and again when that failed. Disposing ends it. */
export class EngineOnDemand implements AsyncDisposable {
  readonly #open: () => Promise<ContainerBackend>;
  #connecting: Promise<ContainerBackend> | undefined;

  /** @param open - Connects. */
  constructor(open: () => Promise<ContainerBackend>) {
    this.#open = open;
  }

  /**
   * The engine; one connection for all who ask.
   *
   * @throws what `open` throws.
   */
  connect(): Promise<ContainerBackend> {
    if (this.#connecting !== undefined) return this.#connecting;
    const connecting = this.#open();
    this.#connecting = connecting;
    connecting.catch(() => (this.#connecting = undefined));
    return connecting;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const backend = await this.#connecting?.catch(() => undefined);
    this.#connecting = undefined;
    await backend?.[Symbol.asyncDispose]();
  }
}
