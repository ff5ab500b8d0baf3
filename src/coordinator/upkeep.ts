import type { ContainerEvent, EngineCaretaker } from "../backend/engine-caretaker.ts";
import { atItsPorts } from "../container/at-its-ports.ts";
import { messageOf } from "../errors/describe.ts";
import { refusalOf } from "../errors/engine-request-error.ts";
import type { Clock, Timer } from "../time/clock.ts";
import { sleep } from "../time/sleep.ts";
import type { Ownership } from "./labels.ts";
import { COORDINATOR_LABEL, SERVICE_ID_LABEL } from "./labels.ts";
import type { Retirement } from "./retirement.ts";
import type { ServiceBook } from "./service-book.ts";
import type { SharedService } from "./shared-service.ts";
import type { Supervision } from "./supervision/supervision.ts";

/** What upkeep needs. */
export interface UpkeepOptions {
  /** Every shared service. */
  readonly book: ServiceBook;
  /** What ends them. */
  readonly retirement: Retirement;
  /** The engine. */
  readonly caretaker: EngineCaretaker;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Whose everything is. */
  readonly ownership: Ownership;
  /** What looks after services while they are used. */
  readonly supervision: Pick<Supervision, "notice" | "reconcile" | "settled">;
  /** Told what nobody else is told. */
  readonly log: (line: string) => void;
  /** How long a creation may still come through after its creator died, in milliseconds; 0 when they die together. */
  readonly stragglerMs: number;
}

/** How long to wait before the engine is asked again for its events, in milliseconds. */
const RECONNECT_MS = 500;

/**
 * Keeps the book true to the engine: notices containers that end or are removed by somebody else, and removes those that
 * come into being although their creator is gone.
 */
export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly #checks = new Map<SharedService, Promise<boolean>>();
  #watching: AbortController | undefined;
  #stragglers: Timer | undefined;

  constructor(options: UpkeepOptions) {
    this.#options = options;
  }

  /** Whether containers may still come into being that nobody wants. */
  get expectsStragglers(): boolean {
    return this.#stragglers !== undefined;
  }

  /** Watches the engine from now on. */
  begin(): void {
    if (this.#watching !== undefined) return;
    this.#watching = new AbortController();
    void this.#watch(this.#watching.signal);
  }

  /** Ends the watch and every timer. */
  stop(): void {
    this.#watching?.abort();
    this.#watching = undefined;
    this.#stragglers?.cancel();
    this.#stragglers = undefined;
  }

  /** Notes that a creation was given up whose request may still be on its way to the engine. */
  expectStragglers(): void {
    const { clock, book, stragglerMs } = this.#options;
    if (stragglerMs === 0) return;
    this.#stragglers?.cancel();
    this.#stragglers = clock.startTimer(() => {
      this.#stragglers = undefined;
      book.tellChange();
    }, stragglerMs);
  }

  /** Asks the engine whether a service still runs, and takes its ports as they are now. One that does not, or has failed, is removed. */
  isUsable(service: SharedService): Promise<boolean> {
    const existing = this.#checks.get(service);
    if (existing !== undefined) return existing;
    const check = this.#isUsable(service).finally(() => this.#checks.delete(service));
    this.#checks.set(service, check);
    return check;
  }

  async #isUsable(service: SharedService): Promise<boolean> {
    const { caretaker, retirement, book, supervision } = this.#options;
    await supervision.settled(service);
    const { connection } = service;
    if (service.state !== "ready" || connection === undefined) return false;
    try {
      const inspection = await caretaker.inspect(connection.id);
      if (service.connection !== connection) return false; // It is, or was, initialised anew meanwhile.
      if (inspection.isRunning && !service.hasFailed) {
        service.connection = atItsPorts(connection, inspection);
        book.save(service);
        return true;
      }
      await retirement.remove(service, "it had failed");
    } catch (error) {
      if (refusalOf(error) !== "not-found") throw error;
      if (service.connection === connection) await retirement.forget(service);
    }
    return false;
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { caretaker, clock, ownership, log } = this.#options;
    const label = `${COORDINATOR_LABEL}=${ownership.coordinator}`;
    let lastProblem: string | undefined;
    const hasEnded = (): boolean => signal.aborted; // A function: it may change while the engine is watched.
    while (!hasEnded()) {
      try {
        await caretaker.watch(
          label,
          {
            onOpen: () => {
              lastProblem = undefined;
              this.#inBackground(this.#reconcile());
            },
            onEvent: (event) => {
              this.#inBackground(this.#notice(event));
            },
          },
          signal,
        );
      } catch (error) {
        if (hasEnded()) return;
        const problem = messageOf(error);
        if (problem !== lastProblem) log(`The engine's events were cut off: ${problem}`);
        lastProblem = problem;
        await sleep(clock, RECONNECT_MS, signal).catch(() => undefined);
      }
    }
  }

  /** Nobody waits for it, so what goes wrong is only told to the log. */
  #inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.#options.log(`Noticing what happened to a service failed: ${messageOf(error)}`);
    });
  }

  /** What happened while nobody watched is not told afterwards. */
  async #reconcile(): Promise<void> {
    const ready = this.#options.book.all.filter(({ state }) => state === "ready");
    await Promise.all(ready.map((service) => this.#options.supervision.reconcile(service)));
  }

  async #notice(event: ContainerEvent): Promise<void> {
    const { action, id, labels } = event;
    const service = this.#options.book.get(labels[SERVICE_ID_LABEL] ?? "");
    if (action === "create" && service === undefined) return this.#removeStraggler(id);
    if (service?.state !== "ready" || service.connection?.id !== id) return;
    await this.#options.supervision.notice(service, event);
  }

  async #removeStraggler(id: string): Promise<void> {
    const { caretaker, log } = this.#options;
    log(`Container ${id.slice(0, 12)} came into being after its creator had gone; it is removed.`);
    await caretaker.remove(id).catch((error: unknown) => {
      log(`Container ${id.slice(0, 12)} was not removed: ${messageOf(error)}`);
    });
  }
}
