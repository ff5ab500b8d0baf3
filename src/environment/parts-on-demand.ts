import type { ServiceConnection } from "../container/service-connection.ts";
import { UnsupportedError } from "../errors/unsupported-error.ts";
import { openPartSource } from "../services/open-part-source.ts";
import type { PartSource } from "../services/part-source.ts";
import type { PartGiver } from "./existing-access.ts";
import { abortable } from "../time/abortable.ts";

/** Makes parts of a service when they are asked for. Disposing closes what is open to it; the parts stay. */
export class PartsOnDemand implements PartGiver, AsyncDisposable {
  readonly #connection: ServiceConnection;
  #opening: Promise<PartSource> | undefined;

  /** @param connection - The service. */
  constructor(connection: ServiceConnection) {
    this.#connection = connection;
  }

  /** Nobody would remove it in the end. */
  readonly canKeep = false;

  /** Makes a part. Who stops waiting gets none, and what still comes of it is removed. */
  async take(signal?: AbortSignal): Promise<string> {
    signal?.throwIfAborted();
    const source = await this.#open();
    const making = source.make();
    try {
      return await abortable(making, signal);
    } catch (error) {
      making.then((id) => source.remove(id)).catch(() => undefined); // Whoever waited was told.
      throw error;
    }
  }

  /** Removes a part. */
  async give(id: string): Promise<void> {
    const source = await this.#open();
    await source.remove(id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const source = await this.#opening?.catch(() => undefined);
    this.#opening = undefined;
    await source?.[Symbol.asyncDispose]();
  }

  #open(): Promise<PartSource> {
    this.#opening ??= this.#openNow();
    return this.#opening;
  }

  async #openNow(): Promise<PartSource> {
    const { name, parts } = this.#connection;
    if (parts === "own") throw new UnsupportedError(unattended(name));
    const source = await openPartSource(this.#connection, "stranger");
    if (source === undefined) throw new UnsupportedError(`${name} cannot be isolated in parts.`);
    return source;
  }
}

/** Whoever makes parts of one's own removes those that nobody is known to have, as this one would be. */
function unattended(name: string): string {
  const problem = `${name} has no parts here: nobody keeps count of what those have who used \`attachService\`.`;
  return `${problem}\nOpen an environment in the session with \`CleanroomEnvironment.open\`, and ask that for it.`;
}
