import type { ContainerEvent, WatchListeners } from "../backend/engine-caretaker.ts";

interface Watcher {
  readonly label: string;
  readonly onEvent: WatchListeners["onEvent"];
}

/** Who watches a fake engine, and what they are told. */
export class FakeEvents {
  readonly #watchers = new Set<Watcher>();

  /** Tells of the events of what carries a label from now on; the returned function ends that. */
  watch(label: string, onEvent: WatchListeners["onEvent"]): () => void {
    const watcher = { label, onEvent };
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
    };
  }

  /** Tells of an event whoever watches for one of its labels. */
  tell(event: ContainerEvent): void {
    for (const { label, onEvent } of [...this.#watchers]) {
      if (carries(event.labels, label)) onEvent(event);
    }
  }
}

/** Whether a label, given as `name` or `name=value`, is among others. */
export function carries(labels: Readonly<Record<string, string>>, label: string): boolean {
  const [name = "", ...value] = label.split("=");
  return value.length === 0 ? Object.hasOwn(labels, name) : labels[name] === value.join("=");
}
