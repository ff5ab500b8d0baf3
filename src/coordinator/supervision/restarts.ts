import type { ContainerInspection } from "../../backend/container-backend.ts";
import type { EngineCaretaker } from "../../backend/engine-caretaker.ts";
import { atItsPorts } from "../../container/at-its-ports.ts";
import type { CareInstructions, RestartPlan } from "../../container/care-plan.ts";
import { startInRanges } from "../../container/port-ranges.ts";
import type { ServiceConnection } from "../../container/service-connection.ts";
import { firstLineOf } from "../../errors/describe.ts";
import { LifecycleError } from "../../errors/lifecycle-error.ts";
import { UnsupportedError } from "../../errors/unsupported-error.ts";
import { limitNetworkAsLabelled } from "../../resources/network-rate.ts";
import type { Clock } from "../../time/clock.ts";
import { sleep } from "../../time/sleep.ts";
import type { ServiceEvent } from "../coordination.ts";
import type { Parts } from "../parts/parts.ts";
import type { ServiceBook } from "../service-book.ts";
import type { SharedService } from "../shared-service.ts";
import { awaitStart } from "./await-start.ts";
import { explainEnd } from "./explain-end.ts";
import type { HealthWatches } from "./health-watches.ts";
import type { RestartTurn } from "./restart-budget.ts";
import { RestartBudget } from "./restart-budget.ts";

/** What restarting services needs. */
export interface RestartsOptions {
  /** Every shared service. */
  readonly book: ServiceBook;
  /** Their parts, which are not handed out meanwhile. */
  readonly parts: Parts;
  /** What watches them, which is no use meanwhile. */
  readonly watches: HealthWatches;
  /** The engine. */
  readonly caretaker: EngineCaretaker;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Tells whoever uses a service what happens to it. */
  readonly notify: (sessionIds: readonly string[], event: ServiceEvent) => void;
  /** Called when a service cannot be used any more. */
  readonly fail: (service: SharedService, error: unknown) => void;
}

/** Restarts a container. */
type Work = (signal: AbortSignal) => Promise<void>;

/** What becomes of a service whose restart has failed: rejects when it has failed for good. */
type OnFailure = (error: unknown) => Promise<void>;

/** A service whose container is known. */
interface Restartable {
  readonly connection: ServiceConnection;
  readonly care: CareInstructions;
}

/** One restart. */
interface FlightPlan {
  /** Why, in words. */
  readonly reason: string;
  /** Restarts the container; absent where somebody else has done that. */
  readonly work?: Work;
  readonly onFailure: OnFailure;
}

/** A restart under way. */
interface Flight {
  readonly over: Promise<void>;
  /** Ends it. */
  readonly ended: AbortController;
  /** Whether the process has been started, so that its end is one that counts. */
  hasStarted: boolean;
}

/** Restarts containers: because somebody asks for it, or because one has failed and its service says so. One at a time each. */
export class Restarts {
  readonly #options: RestartsOptions;
  readonly #flights = new Map<SharedService, Flight>();
  readonly #budgets = new WeakMap<SharedService, RestartBudget>();
  /** When containers were started by the last restart that was told, in milliseconds since the epoch. */
  readonly #startedAtMs = new WeakMap<SharedService, number>();

  constructor(options: RestartsOptions) {
    this.#options = options;
  }

  /** Whether a service is being restarted: then what its container does is no news. */
  isUnderWay(service: SharedService): boolean {
    return this.#flights.has(service);
  }

  /** Resolves when a service is not being restarted. */
  async settled(service: SharedService): Promise<void> {
    await this.#flights.get(service)?.over.catch(() => undefined); // Whoever asked for it was told.
  }

  /**
   * Restarts a service, or waits for the restart that is under way.
   *
   * @throws UnsupportedError when it cannot be restarted; LifecycleError when it is gone; what its new start fails with.
   */
  async restart(service: SharedService, reason: string): Promise<void> {
    const { restartProblem } = service.care ?? {};
    if (restartProblem !== undefined) throw new UnsupportedError(restartProblem);
    const work: Work = (signal) => this.#stopAndStart(service, signal);
    await this.#begin(service, { reason, work, onFailure: (error) => this.#giveUp(service, error) });
  }

  /** Restarts a service that a predecessor was restarting when it was killed: how far it had come, nobody knows. Never rejects. */
  async resume(service: SharedService, reason: string): Promise<void> {
    const work: Work = (signal) => this.#stopAndStart(service, signal);
    const isByUs = service.care?.restartProblem === undefined;
    const plan = { reason, ...(isByUs && { work }), onFailure: (error: unknown) => this.#recover(service, error) };
    await this.#begin(service, plan).catch(() => undefined); // Its users have been told.
  }

  /** Takes note that somebody else has restarted a service. Never rejects. */
  async follow(service: SharedService, reason: string): Promise<void> {
    await this.#begin(service, { reason, onFailure: (error) => this.#recover(service, error) }).catch(() => undefined); // Its users have been told.
  }

  /** Restarts a service that has failed, as often as its plan allows; when that is no use, it has failed for good. Never rejects. */
  async recover(service: SharedService, cause: unknown): Promise<void> {
    await this.#recover(service, cause).catch(() => undefined); // Its users have been told.
  }

  /**
   * Takes note that the container of a service that is being restarted has ended, which is no news before it has started. Tells
   * whether it came too late for that: then the restart has been told to have succeeded.
   */
  async noticeEnd(service: SharedService): Promise<boolean> {
    const flight = this.#flights.get(service);
    const { connection } = service;
    if (flight?.hasStarted !== true || connection === undefined) return false;
    const { caretaker } = this.#options;
    const inspection = await caretaker.inspect(connection.id);
    if (inspection.isRunning) return false;
    flight.ended.abort(await explainEnd(connection, inspection, caretaker));
    return !this.isUnderWay(service);
  }

  /** Whether a container runs since the last restart that was told: then what is seen of that restart is no news. */
  isKnown(service: SharedService, { startedAtMs }: Pick<ContainerInspection, "startedAtMs">): boolean {
    return startedAtMs !== undefined && this.#startedAtMs.get(service) === startedAtMs;
  }

  /** Whether a container has been started since the last restart that was told. */
  isOutdated(service: SharedService, { startedAtMs }: Pick<ContainerInspection, "startedAtMs">): boolean {
    const knownAtMs = this.#startedAtMs.get(service);
    return knownAtMs !== undefined && startedAtMs !== undefined && startedAtMs !== knownAtMs;
  }

  /** Ends a restart under way: the service goes. */
  end(service: SharedService): void {
    this.#flights.get(service)?.ended.abort(new LifecycleError("The service was removed while it was restarted."));
  }

  async #recover(service: SharedService, cause: unknown): Promise<void> {
    if (this.isUnderWay(service)) return;
    const turn = this.#turnOf(service);
    if (turn === undefined) return this.#giveUp(service, cause);
    const { clock } = this.#options;
    const work: Work = async (signal) => {
      await sleep(clock, turn.delayMs, signal);
      await this.#stopAndStart(service, signal);
    };
    const reason = `${firstLineOf(cause).replace(/\.$/, "")} (restart ${turn.number} of ${turn.maxRestarts})`;
    await this.#begin(service, { reason, work, onFailure: (error) => this.#recover(service, error) });
  }

  /** The next restart of a service that its plan allows; none of one that was killed for good in the midst of another. */
  #turnOf(service: SharedService): (RestartTurn & Pick<RestartPlan, "maxRestarts">) | undefined {
    const { restart, restartProblem } = service.care ?? {};
    if (service.hasFailed || restart === undefined || restartProblem !== undefined) return undefined;
    const budget = this.#budgets.get(service) ?? new RestartBudget(restart, this.#options.clock);
    this.#budgets.set(service, budget);
    const turn = budget.take();
    return turn && { ...turn, maxRestarts: restart.maxRestarts };
  }

  #giveUp(service: SharedService, error: unknown): Promise<never> {
    this.#options.fail(service, error);
    return Promise.reject(error);
  }

  #begin(service: SharedService, plan: FlightPlan): Promise<void> {
    const existing = this.#flights.get(service);
    if (existing !== undefined) return existing.over;
    const over = Promise.withResolvers<void>();
    over.promise.catch(() => undefined); // Perhaps nobody waits.
    const flight: Flight = { over: over.promise, ended: new AbortController(), hasStarted: false };
    this.#flights.set(service, flight);
    this.#finish(service, flight, plan).then(over.resolve, over.reject);
    return over.promise;
  }

  /** Rejects when the service has failed for good, not when a later restart has succeeded. */
  async #finish(service: SharedService, flight: Flight, plan: FlightPlan): Promise<void> {
    const { parts, book } = this.#options;
    const failure = await this.#fly(service, flight, plan).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    this.#flights.delete(service);
    service.restarting = undefined;
    parts.resume(service);
    if (failure === undefined)
      book.save(service); // It can be watched again.
    else if (service.state === "ready") await plan.onFailure(failure.error);
    else throw failure.error;
  }

  async #fly(service: SharedService, flight: Flight, { reason, work }: FlightPlan): Promise<void> {
    const { notify, watches, parts, book, clock, caretaker } = this.#options;
    const { signal } = flight.ended;
    const { id: serviceId, sessionIds } = service;
    const { care } = knownOf(service);
    service.restarting = reason;
    book.save(service);
    notify(sessionIds, { serviceId, kind: "restarting", reason });
    await Promise.all([watches.end(service), parts.suspend(service)]);
    await work?.(signal);
    flight.hasStarted = true;
    signal.throwIfAborted();
    const inspection = await this.#inspectRunning(service);
    await limitNetworkAsLabelled(service.request.name, inspection, signal);
    const connection = atItsPorts(knownOf(service).connection, inspection);
    await awaitStart({ connection, care, inspection }, { clock, caretaker }, signal);
    if (service.state !== "ready") throw new LifecycleError(`${connection.name} was removed while it was restarted.`);
    if (service.hasFailed) throw new LifecycleError(`${connection.name} was killed while it was restarted.`);
    service.connection = connection;
    book.save(service);
    if (inspection.startedAtMs !== undefined) this.#startedAtMs.set(service, inspection.startedAtMs);
    this.#budgets.get(service)?.noteStart();
    notify(service.sessionIds, { serviceId, kind: "restarted", connection, reason });
  }

  async #stopAndStart(service: SharedService, signal: AbortSignal): Promise<void> {
    const { connection, care } = knownOf(service);
    const { stopGraceMs } = service.request;
    await startInRanges(care.startAttempts, () => this.#options.caretaker.restart(connection.id, stopGraceMs, signal));
  }

  async #inspectRunning(service: SharedService): Promise<ContainerInspection> {
    const { caretaker } = this.#options;
    const { connection } = knownOf(service);
    const inspection = await caretaker.inspect(connection.id);
    if (inspection.isRunning) return inspection;
    throw await explainEnd(connection, inspection, caretaker);
  }
}

function knownOf({ connection, care, request }: SharedService): Restartable {
  if (connection !== undefined && care !== undefined) return { connection, care };
  throw new LifecycleError(`${request.name} was to be restarted before it was ready.`);
}
