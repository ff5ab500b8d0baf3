import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Engine } from "./engine.ts";

/** The warm images of a state directory. Dispose it to remove them. */
export class WarmImagesOf implements AsyncDisposable {
  readonly #engine = new Engine();
  readonly #stateDirectory: string;

  constructor(stateDirectory: string) {
    this.#stateDirectory = stateDirectory;
  }

  /** Resolves once there is one. */
  async appeared(signal: AbortSignal): Promise<void> {
    const labels = await this.#labels();
    while (!(await this.#engine.listImages(labels)).some(({ isNamed }) => isNamed)) {
      await sleep(20, undefined, { signal });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    using engine = this.#engine;
    const labels = await this.#labels().catch(() => undefined);
    if (labels === undefined) return; // No coordinator ever was there.
    for (const { Id } of await engine.listImages(labels)) await engine.removeImage(Id);
  }

  async #labels(): Promise<Readonly<Record<string, string>>> {
    const identity = await readFile(join(this.#stateDirectory, "identity.json"), "utf8");
    return { "dev.cleanroom.warm.owner": (JSON.parse(identity) as { owner: string }).owner };
  }
}
