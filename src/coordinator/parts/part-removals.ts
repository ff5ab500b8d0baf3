import { messageOf } from "../../errors/describe.ts";
import type { PartSource } from "../../services/part-source.ts";

/** What removing parts needs. */
export interface PartRemovalsOptions {
  /** What removes them. */
  readonly source: PartSource;
  /** Told what nobody else is told. */
  readonly log: (line: string) => void;
  /** Called after each. */
  readonly onRemoved: () => void;
}

/** The parts that are to be removed, one at a time. */
export class PartRemovals {
  readonly #options: PartRemovalsOptions;
  readonly #ids: string[] = [];
  #removing: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: PartRemovalsOptions) {
    this.#options = options;
  }

  /** Has parts removed, once `begin` is called. */
  add(...ids: readonly string[]): void {
    this.#ids.push(...ids);
  }

  /** Whether a part is to be removed still. */
  has(id: string): boolean {
    return this.#ids.includes(id);
  }

  /** How many are to be removed still. */
  get count(): number {
    return this.#ids.length;
  }

  /** The removal under way. */
  get underWay(): Promise<void> | undefined {
    return this.#removing;
  }

  /** Removes the next one, unless one is being removed. */
  begin(): void {
    const [id] = this.#ids;
    if (id !== undefined) this.#removing ??= this.#remove(id);
  }

  /** What cannot be removed from now on goes with its service, and is not told. */
  close(): void {
    this.#isClosed = true;
  }

  async #remove(id: string): Promise<void> {
    const { source, log, onRemoved } = this.#options;
    let isLeft = false;
    try {
      await source.remove(id);
    } catch (error) {
      isLeft = source.makers?.isGone(error) === true; // For another who removes parts.
      if (!isLeft && !this.#isClosed) log(`${id} was not removed: ${messageOf(error)}`); // It goes with its service.
    }
    if (!isLeft) this.#ids.shift();
    this.#removing = undefined;
    onRemoved();
  }
}
