import type { ContainerBackend } from "../backend/container-backend.ts";

/** The network on which an environment's containers reach each other by name. Made when the first of them joins it. */
export class EnvironmentNetwork {
  /** Its name in the engine. */
  readonly name: string;

  readonly #backend: ContainerBackend;
  readonly #labels: Readonly<Record<string, string>>;
  #creation: Promise<void> | undefined;
  #wasAskedFor = false;

  constructor(name: string, backend: ContainerBackend, labels: Readonly<Record<string, string>>) {
    this.name = name;
    this.#backend = backend;
    this.#labels = labels;
  }

  /** Resolves with the network's name once it exists. Everybody shares one creation, so no single caller can end it. */
  async join(): Promise<string> {
    this.#creation ??= this.#create();
    await this.#creation;
    return this.name;
  }

  /** Removes the network, if it was ever asked for: one whose creation failed may exist. All containers must have left. */
  async remove(): Promise<void> {
    if (!this.#wasAskedFor) return;
    await this.#creation?.catch(() => undefined); // Whoever wanted to join was told.
    await this.#backend.removeNetwork(this.name);
  }

  async #create(): Promise<void> {
    this.#wasAskedFor = true;
    try {
      await this.#backend.createNetwork(this.name, this.#labels);
    } catch (error) {
      this.#creation = undefined;
      throw error;
    }
  }
}
