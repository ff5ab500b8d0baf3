import type { EngineCaretaker } from "../backend/engine-caretaker.ts";
import { messageOf } from "../errors/describe.ts";
import { refusalOf } from "../errors/engine-request-error.ts";
import type { Clock } from "../time/clock.ts";
import type { WarmImages } from "../warm/warm-images.ts";
import type { Parts } from "./parts/parts.ts";
import type { ServiceBook } from "./service-book.ts";
import type { SharedService } from "./shared-service.ts";

/** What pausing services needs. */
export interface SleepOptions {
  /** Every shared service. */
  readonly book: ServiceBook;
  /** Their parts. */
  readonly parts: Parts;
  /** The engine. */
  readonly caretaker: EngineCaretaker;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Resolves when a service is not being restarted. */
  readonly restarted: (service: SharedService) => Promise<void>;
  /** Makes images of services, for which they must run. */
  readonly warmImages?: Pick<WarmImages, "packed"> | undefined;
  /** Told what went wrong behind everybody's back. */
  readonly log: (line: string) => void;
}

/** Pauses services that are kept though nobody uses them, and resumes them for who comes. */
export class Sleep {
  readonly #options: SleepOptions;
  readonly #pausing = new Map<SharedService, Promise<void>>();

  constructor(options: SleepOptions) {
    this.#options = options;
  }

  /** Whether a part is kept for somebody to look at: then it stays awake. */
  isHindered(service: SharedService): boolean {
    return this.#options.parts.keptUntilMs(service) > this.#options.clock.now();
  }

  /** Pauses a service that nobody uses, after whatever is under way still. Does not wait for it. */
  begin(service: SharedService): void {
    const earlier = this.#pausing.get(service)?.catch(() => undefined);
    const pausing = Promise.resolve(earlier).then(() => this.#pause(service));
    this.#pausing.set(service, pausing);
    pausing.catch((error: unknown) => {
      this.#options.log(`${service.containerName} stays awake: ${messageOf(error)}`);
    });
  }

  /** Resumes a service. Its lease has been entered already, so that it is not paused again meanwhile. */
  async end(service: SharedService): Promise<void> {
    await this.settled(service);
    const { id } = service.connection ?? service.former ?? {};
    if (!service.isPaused || id === undefined) return;
    await this.#unpause(service.containerName, id);
    service.isPaused = false;
    this.#options.book.save(service);
  }

  /** Resolves when no pausing is under way, however many were begun meanwhile. */
  async settled(service: SharedService): Promise<void> {
    for (;;) {
      const pausing = this.#pausing.get(service);
      if (pausing === undefined) return;
      await pausing.catch(() => undefined); // It has been logged.
      if (this.#pausing.get(service) === pausing) this.#pausing.delete(service);
    }
  }

  /** One that has ended or is gone meanwhile cannot be resumed; whoever wants to use it finds that out in any case. */
  async #unpause(containerName: string, id: string): Promise<void> {
    try {
      await this.#options.caretaker.unpause(id);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal !== "not-found" && refusal !== "conflict") throw error;
      this.#options.log(`${containerName} could not be resumed: ${messageOf(error)}`);
    }
  }

  /** Asleep it costs no CPU. An engine that cannot pause has it stay awake; so does who wants to look at a part. */
  async #pause(service: SharedService): Promise<void> {
    const { caretaker, book, parts, log, restarted, warmImages } = this.#options;
    await warmImages?.packed(service.id);
    await restarted(service);
    if (service.isPaused || this.isHindered(service)) return;
    await parts.rest(service);
    const { connection, state, isUnused } = service;
    if (connection === undefined || state !== "ready" || !isUnused) return; // Somebody came meanwhile.
    service.isPaused = true; // Before the engine tells of it, which is no news.
    try {
      await caretaker.pause(connection.id);
      book.save(service);
    } catch (error) {
      service.isPaused = false;
      if (refusalOf(error) !== "not-found") log(`${service.containerName} stays awake: ${messageOf(error)}`);
    }
  }
}
