import type { RunnerServices, ServicePart } from "../runner/runner-services.ts";
import { whenTestsHaveEnded } from "./process-end.ts";
import { waitForAll } from "../runner/wait-for-all.ts";

/** What a test file's process has of a configuration's services until it ends by itself. */
export class ProcessServices {
  readonly #services: RunnerServices;
  readonly #parts = new Map<string, Promise<ServicePart>>();
  #opening: Promise<AsyncDisposable> | undefined;

  private constructor(services: RunnerServices) {
    this.#services = services;
  }

  /** One for all who use these services in this process. */
  static of(services: RunnerServices): ProcessServices {
    const existing = byServices.get(services) ?? new ProcessServices(services);
    byServices.set(services, existing);
    return existing;
  }

  /** Keeps what is open to the services open until the process ends: another test may need it, too. */
  async open(): Promise<void> {
    this.#opening ??= this.#openNow();
    await this.#opening;
  }

  /** The part that all tests of the process share. It is taken once; where that fails, whoever asks next has it tried again. */
  part(name: string): Promise<ServicePart> {
    const existing = this.#parts.get(name);
    if (existing !== undefined) return existing;
    const taking = this.#take(name);
    this.#parts.set(name, taking);
    taking.catch(() => this.#parts.delete(name));
    return taking;
  }

  async #take(name: string): Promise<ServicePart> {
    await this.open();
    return this.#services.isolate(name);
  }

  #openNow(): Promise<AsyncDisposable> {
    whenTestsHaveEnded(() => this.#end()); // What is open to services does not keep the process alive.
    return this.#services.take();
  }

  async #end(): Promise<void> {
    const taken = await Promise.allSettled(this.#parts.values()); // Whoever waited for one that failed was told.
    const parts = taken.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
    const open = await this.#opening;
    this.#parts.clear();
    this.#opening = undefined;
    try {
      await waitForAll(parts, (part) => part[Symbol.asyncDispose]());
    } finally {
      await open?.[Symbol.asyncDispose]();
    }
  }
}

const byServices = new WeakMap<RunnerServices, ProcessServices>();
