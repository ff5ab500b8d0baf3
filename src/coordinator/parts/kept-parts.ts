import type { Clock, Timer } from "../../time/clock.ts";

/** A part that is kept for somebody to look at. */
interface Kept {
  readonly untilMs: number;
  readonly timer: Timer;
}

/** How many parts are kept for somebody to look at. */
const MAX_KEPT = 10;

/** Parts that nobody has any more and that are kept for somebody to look at. Of many, the last few are. */
export class KeptParts {
  readonly #clock: Clock;
  readonly #onExpire: (id: string) => void;
  readonly #kept = new Map<string, Kept>();

  /** @param onExpire - Called with each part that is kept no longer. */
  constructor(clock: Clock, onExpire: (id: string) => void) {
    this.#clock = clock;
    this.#onExpire = onExpire;
  }

  /** Keeps a part for so many milliseconds. */
  add(id: string, forMs: number): void {
    const clock = this.#clock;
    const expire = (): void => {
      this.#expire(id);
    };
    this.#kept.set(id, { untilMs: clock.now() + forMs, timer: clock.startTimer(expire, forMs) });
    if (this.#kept.size > MAX_KEPT) this.expireOldest();
  }

  /** Whether a part is kept. */
  has(id: string): boolean {
    return this.#kept.has(id);
  }

  /** Until when the last part is kept, in milliseconds since the epoch; 0 when none is. */
  get untilMs(): number {
    return Math.max(0, ...[...this.#kept.values()].map(({ untilMs }) => untilMs));
  }

  /** Keeps the oldest no longer, if any is kept. */
  expireOldest(): void {
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.#expire(oldest);
  }

  /** Forgets all of them: they go with their service. */
  clear(): void {
    for (const { timer } of this.#kept.values()) timer.cancel();
    this.#kept.clear();
  }

  #expire(id: string): void {
    this.#kept.get(id)?.timer.cancel();
    this.#kept.delete(id);
    this.#onExpire(id);
  }
}
