import { SingleFlight } from "../concurrency/single-flight.ts";
import type { ContainerState } from "../lifecycle/lifecycle-state.ts";
import type { ContainerRegistry, RegistryEntry } from "./container-registry.ts";

/** At most one container for each name, started by whoever asks first and shared by all who ask. */
export class SharedRegistry<Entry extends RegistryEntry> implements ContainerRegistry {
  readonly #entries = new Map<string, Entry>();
  readonly #starts = new SingleFlight<Entry>();
  readonly #removals = new Set<Promise<void>>();
  readonly #remove: (entry: Entry) => Promise<void>;
  readonly #forgetFailure: (name: string) => Promise<unknown>;
  readonly #onHit: (entry: Entry) => void;

  /**
   * @param remove - Gives back a container that is no longer wanted.
   * @param forgetFailure - Has a start that failed tried afresh by the next request.
   * @param onHit - Told of each entry that is handed out without a start of its own.
   */
  constructor(
    remove: (entry: Entry) => Promise<void>,
    forgetFailure: (name: string) => Promise<unknown>,
    onHit: (entry: Entry) => void = () => undefined,
  ) {
    this.#remove = remove;
    this.#forgetFailure = forgetFailure;
    this.#onHit = onHit;
  }

  /**
   * The entry of `name`; `start` makes it when there is none, once for all who ask meanwhile. A start that fails leaves no
   * entry. A caller whose `signal` aborts leaves; the last one to leave ends the start.
   */
  async getOrStart(name: string, start: (signal: AbortSignal) => Promise<Entry>, signal?: AbortSignal): Promise<Entry> {
    const asked = { isFirst: false };
    const startAndKeep = async (startSignal: AbortSignal): Promise<Entry> => {
      asked.isFirst = true;
      const entry = await start(startSignal);
      this.#entries.set(name, entry);
      return entry;
    };
    const found = this.#entries.get(name) ?? (await this.#starts.run(name, startAndKeep, signal));
    if (!asked.isFirst) this.#onHit(found);
    return found;
  }

  /** The entry of `name`, if it has started. */
  get(name: string): Entry | undefined {
    return this.#entries.get(name);
  }

  /** Whether `name` has started. */
  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** Every entry, in the order in which they started. */
  list(): readonly Entry[] {
    return [...this.#entries.values()];
  }

  /** The state of every container, by name. */
  states(): Readonly<Record<string, ContainerState>> {
    return Object.fromEntries(this.list().map(({ name, state }) => [name, state]));
  }

  /**
   * Gives the container of `name` back, which is removed unless somebody else uses it; the next request starts another. A
   * start that failed is tried afresh. Tells whether there was a container.
   */
  async delete(name: string): Promise<boolean> {
    const entry = this.#entries.get(name);
    if (entry === undefined) {
      await this.#forgetFailure(name);
      return false;
    }
    this.forget(entry);
    const removal = this.#remove(entry);
    this.#removals.add(removal);
    try {
      await removal;
      return true;
    } finally {
      this.#removals.delete(removal);
    }
  }

  /** Takes an entry out without touching its container. */
  forget(entry: Entry): void {
    if (this.#entries.get(entry.name) === entry) this.#entries.delete(entry.name);
  }

  /** Resolves when every removal under way has ended; how, whoever asked for it is told. */
  async removalsEnded(): Promise<void> {
    await Promise.allSettled(this.#removals);
  }

  /** Ends every start under way with `reason` and waits until what they half made is gone. */
  abortStarts(reason: unknown): Promise<void> {
    return this.#starts.abortAll(reason);
  }
}
