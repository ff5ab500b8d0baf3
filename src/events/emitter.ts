import { messageOf } from "../errors/describe.ts";
import type { EventMap } from "./event-map.ts";

/** What is called when an event happens. */
export type Listener<Name extends keyof EventMap> = (payload: EventMap[Name]) => void;

/** Listeners by the event they are told of. */
export type Listeners = { readonly [Name in keyof EventMap]?: Listener<Name> };

/** Tells listeners what happened. A listener cannot change the outcome: its payload is frozen and its failure a warning. */
export class Emitter {
  readonly #listeners: { readonly [Name in keyof EventMap]: Set<Listener<Name>> } = {
    "container:state": new Set(),
    "container:ready": new Set(),
    "container:removed": new Set(),
    "container:health": new Set(),
    "container:paused": new Set(),
    "container:resumed": new Set(),
    "container:out-of-memory": new Set(),
    "container:restarted": new Set(),
    "resource:exceeded": new Set(),
    "reset:failed": new Set(),
    "image:pulling": new Set(),
    "image:building": new Set(),
    "warm-image:failed": new Set(),
    "service:existing": new Set(),
    "start:failed": new Set(),
    "recovery:retry": new Set(),
    "recovery:fallback": new Set(),
  };

  /** @param listeners - Told of every event from the start. */
  constructor(listeners: Listeners = {}) {
    this.#add("container:state", listeners["container:state"]);
    this.#add("container:ready", listeners["container:ready"]);
    this.#add("container:removed", listeners["container:removed"]);
    this.#add("container:health", listeners["container:health"]);
    this.#add("container:paused", listeners["container:paused"]);
    this.#add("container:resumed", listeners["container:resumed"]);
    this.#add("container:out-of-memory", listeners["container:out-of-memory"]);
    this.#add("container:restarted", listeners["container:restarted"]);
    this.#add("resource:exceeded", listeners["resource:exceeded"]);
    this.#add("reset:failed", listeners["reset:failed"]);
    this.#add("image:pulling", listeners["image:pulling"]);
    this.#add("image:building", listeners["image:building"]);
    this.#add("warm-image:failed", listeners["warm-image:failed"]);
    this.#add("service:existing", listeners["service:existing"]);
    this.#add("start:failed", listeners["start:failed"]);
    this.#add("recovery:retry", listeners["recovery:retry"]);
    this.#add("recovery:fallback", listeners["recovery:fallback"]);
  }

  /** Calls `listener` for every such event from now on; the returned function ends that. */
  on<Name extends keyof EventMap>(event: Name, listener: Listener<Name>): () => void {
    this.#listeners[event].add(listener);
    return () => {
      this.#listeners[event].delete(listener);
    };
  }

  /** Tells every listener of `event`, in the order they came. */
  emit<Name extends keyof EventMap>(event: Name, payload: EventMap[Name]): void {
    Object.freeze(payload);
    const warn = (failure: unknown): void => {
      process.emitWarning(`A listener of ${event} failed: ${messageOf(failure)}`, "CleanroomWarning");
    };
    for (const listener of [...this.#listeners[event]]) {
      try {
        // Declared to return nothing, but an async function may be one.
        const listen: (payload: EventMap[Name]) => unknown = listener;
        Promise.resolve(listen(payload)).catch(warn);
      } catch (failure) {
        warn(failure);
      }
    }
  }

  #add<Name extends keyof EventMap>(event: Name, listener: Listener<Name> | undefined): void {
    if (listener !== undefined) this.on(event, listener);
  }
}
