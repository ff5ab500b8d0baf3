import { IsolationError } from "../../src/index.ts";
import type { PartSource } from "../../src/services/part-source.ts";

/** Parts that are only noted; each call waits until it is let go on. */
export class FakeParts implements PartSource {
  /** What there is. */
  readonly present = new Set<string>();
  /** Everything that was ever made. */
  readonly made: string[] = [];
  /** How many there may be. */
  room = Number.POSITIVE_INFINITY;
  /** What the next parts cannot be made for. */
  failure: Error | undefined;
  maxIdle = 0;
  isDisposed = false;
  /** Whether calls wait. */
  isHeld = false;
  reset?: (id: string) => Promise<string | undefined>;

  readonly #held: (() => void)[] = [];

  /** Lets the call that has waited longest go on. */
  letGo(): void {
    this.#held.shift()?.();
  }

  async make(): Promise<string> {
    await this.#turn();
    if (this.failure !== undefined) throw this.failure;
    if (this.present.size >= this.room) throw full;
    const id = `part${this.made.length}`;
    this.made.push(id);
    this.present.add(id);
    return id;
  }

  /** Has parts reset, which are called otherwise then; those of which `canReset` says no are to be removed. */
  allowReset(canReset: (id: string) => boolean = () => true): void {
    this.reset = async (id) => {
      await this.#turn();
      if (!canReset(id)) return undefined;
      const again = `${id}'`;
      this.present.delete(id);
      this.present.add(again);
      return again;
    };
  }

  async remove(id: string): Promise<void> {
    await this.#turn();
    this.present.delete(id);
  }

  list(): Promise<readonly string[]> {
    return Promise.resolve([...this.present]);
  }

  isFull(error: unknown): boolean {
    return error === full;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.isDisposed = true;
    return Promise.resolve();
  }

  async #turn(): Promise<void> {
    if (this.isHeld) await new Promise<void>((resolve) => this.#held.push(resolve));
  }
}

/** What making a part fails with that there is no room for. */
export const full: Error = new IsolationError({
  container: "db",
  operation: "isolate db",
  failure: "failed",
  reason: "could not extend file",
  hint: "Make room.",
});
