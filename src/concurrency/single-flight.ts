import { abortable } from "../time/abortable.ts";

/** Work under way and how many wait for it. */
interface Flight<T> {
  readonly landing: Promise<T>;
  readonly abort: AbortController;
  passengers: number;
}

/** Runs at most one piece of work per key at a time; concurrent callers share its outcome. */
export class SingleFlight<T> {
  readonly #inFlight = new Map<string, Flight<T>>();
  readonly #landings = new Set<Promise<T>>();

  /**
   * Joins the work of `key`, or starts it. It is forgotten once it ends, so a failure is never remembered.
   *
   * A caller whose `signal` aborts leaves at once and the others go on. The last one to leave ends the work, and is told
   * only when all it half made has been undone.
   */
  async run(key: string, start: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    const flight = this.#inFlight.get(key) ?? this.#depart(key, start);
    flight.passengers += 1;
    try {
      return await abortable(flight.landing, signal);
    } catch (error) {
      if (flight.passengers === 1) await this.#end(key, flight, error);
      throw error;
    } finally {
      flight.passengers -= 1;
    }
  }

  /** Ends all work with `reason` and resolves when everything it half made has been undone. */
  async abortAll(reason: unknown): Promise<void> {
    for (const [key, flight] of this.#inFlight) void this.#end(key, flight, reason);
    await Promise.allSettled(this.#landings);
  }

  #depart(key: string, start: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const abort = new AbortController();
    const landing = start(abort.signal);
    const flight = { landing, abort, passengers: 0 };
    // Both go in before the first await, so a second caller in the same tick finds them.
    this.#inFlight.set(key, flight);
    this.#landings.add(landing);
    const forget = (): void => {
      this.#landings.delete(landing);
      this.#forget(key, flight);
    };
    landing.then(forget, forget);
    return flight;
  }

  /** Who asks from now on starts afresh, since this flight can only fail. */
  async #end(key: string, flight: Flight<T>, reason: unknown): Promise<void> {
    this.#forget(key, flight);
    flight.abort.abort(reason);
    await flight.landing.catch(() => undefined);
  }

  #forget(key: string, flight: Flight<T>): void {
    if (this.#inFlight.get(key) === flight) this.#inFlight.delete(key);
  }
}
