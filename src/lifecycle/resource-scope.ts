import { CleanupError } from "../errors/cleanup-error.ts";

/** Gives one thing back; must treat "already gone" as success. */
export type Release = () => unknown;

/**
 * Owns what must be given back. Releases run last-in-first-out, all of them, even when some fail.
 *
 * `AsyncDisposableStack` is native only from Node 24; this one also reports failures as one list, and accepts releases
 * before the thing exists, so that a release can be registered ahead of the step that needs it.
 */
export class ResourceScope implements AsyncDisposable {
  #releases: Release[] = [];
  #disposal: Promise<void> | undefined;

  /** Registers a release. A scope that is closed already runs it at once, so nothing can slip in behind a disposal. */
  async defer(release: Release): Promise<void> {
    if (this.#disposal === undefined) this.#releases.push(release);
    else await release();
  }

  /** Hands everything to a new scope, which the caller owns; this one forgets it. Call it when the steps succeeded. */
  move(): ResourceScope {
    const moved = new ResourceScope();
    moved.#releases = this.#releases;
    this.#releases = [];
    return moved;
  }

  /**
   * Gives everything back, once; further calls await the same disposal.
   *
   * @throws CleanupError with every failure.
   */
  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#releaseAll();
    return this.#disposal;
  }

  async #releaseAll(): Promise<void> {
    const failures: unknown[] = [];
    for (let release = this.#releases.pop(); release !== undefined; release = this.#releases.pop()) {
      try {
        await release();
      } catch (failure) {
        failures.push(failure);
      }
    }
    if (failures.length > 0) throw new CleanupError(failures);
  }
}
