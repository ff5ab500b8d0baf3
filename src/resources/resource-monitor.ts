import type { Timer } from "../time/clock.ts";
import type { WatchMeans, WatchTerms } from "./watched-container.ts";
import { WatchedContainer } from "./watched-container.ts";

/** Timers count in whole milliseconds, and so may ring a little before their time. */
const EARLY_MS = 2;

/**
 * Looks at what containers use, all of them in one loop: those with the same interval at the same moment. Without containers
 * there is no timer. The owner disposes it.
 */
export class ResourceMonitor implements Disposable {
  readonly #means: WatchMeans;
  readonly #dueAtMs = new Map<WatchedContainer, number>();
  #timer: Timer | undefined;
  #ringsAtMs = Infinity;

  constructor(means: WatchMeans) {
    this.#means = means;
  }

  /** Looks at a container from now on, until what is returned is disposed, or the container does not run any more. */
  add(terms: WatchTerms): WatchedContainer {
    const container = new WatchedContainer(terms, this.#means, () => {
      this.#dueAtMs.delete(container);
      this.#setTimer();
    });
    const { intervalMs } = terms;
    // Whoever has the same interval is due at the same moment, whenever it was added.
    this.#dueAtMs.set(container, (Math.floor(this.#means.clock.now() / intervalMs) + 1) * intervalMs);
    this.#setTimer();
    return container;
  }

  /** Looks at nothing any more. */
  [Symbol.dispose](): void {
    for (const container of [...this.#dueAtMs.keys()]) container[Symbol.dispose]();
  }

  #setTimer(): void {
    const nextMs = Math.min(...this.#dueAtMs.values());
    if (nextMs === this.#ringsAtMs) return;
    this.#timer?.cancel();
    this.#ringsAtMs = nextMs;
    const { clock } = this.#means;
    const delayMs = Math.max(0, nextMs - clock.now());
    this.#timer = nextMs === Infinity ? undefined : clock.startTimer(this.#lookAtAllDue.bind(this), delayMs);
  }

  #lookAtAllDue(): void {
    this.#ringsAtMs = Infinity;
    const nowMs = this.#means.clock.now() + EARLY_MS;
    for (const [container, dueAtMs] of [...this.#dueAtMs]) {
      if (dueAtMs > nowMs) continue;
      const { intervalMs } = container;
      const missed = Math.floor((nowMs - dueAtMs) / intervalMs);
      this.#dueAtMs.set(container, dueAtMs + (missed + 1) * intervalMs);
      container.look();
    }
    this.#setTimer();
  }
}
