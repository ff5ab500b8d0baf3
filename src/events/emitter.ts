import { messageOf } from "../errors/describe.ts";
import type { EventMap } from "./event-map.ts";

type Listener<Name extends keyof EventMap> = (payload: EventMap[Name]) => void;

/** Listeners by the event they are told of. */
export type Listeners = { readonly [Name in keyof EventMap]?: Listener<Name> };

/** Tells listeners what happened. A listener cannot change the outcome: its payload is frozen and its failure a warning. */
export class Emitter {
  readonly #listeners = new Map<keyof EventMap, Set<(payload: never) => void>>();

  /** Calls `listener` for every such event from now on; the returned function ends that. */
  on<Name extends keyof EventMap>(event: Name, listener: Listener<Name>): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** Calls each of `listeners` for every event of its name from now on. */
  addListeners(listeners: Listeners): void {
    for (const [event, listener] of Object.entries(listeners) as [keyof EventMap, Listener<keyof EventMap>][]) {
      this.on(event, listener);
    }
  }

  /** Tells every listener of `event`, in the order they came. */
  emit<Name extends keyof EventMap>(event: Name, payload: EventMap[Name]): void {
    Object.freeze(payload);
    const listeners = this.#listeners.get(event) ?? [];
    for (const listener of [...listeners] as Listener<Name>[]) {
      try {
        listener(payload);
      } catch (failure) {
        process.emitWarning(`A listener of ${event} failed: ${messageOf(failure)}`, "CleanroomWarning");
      }
    }
  }
}
