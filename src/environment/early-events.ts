import type { ServiceEvent } from "../coordinator/coordination.ts";

/** How many events are kept; one that matters is asked for right after it arrived. */
const MAX_KEPT = 100;

/**
 * The last events of services that the environment does not use. The end of one that it is just about to use, or that it was restarted, may be
 * told before its start has returned.
 */
export class EarlyEvents {
  #events: readonly ServiceEvent[] = [];

  /** Keeps an event. */
  add(event: ServiceEvent): void {
    this.#events = [...this.#events, event].slice(-MAX_KEPT);
  }

  /** Hands out what happened to a service, in order, and forgets it. */
  take(serviceId: string): readonly ServiceEvent[] {
    const taken = this.#events.filter((event) => event.serviceId === serviceId);
    this.#events = this.#events.filter((event) => event.serviceId !== serviceId);
    return taken;
  }
}
