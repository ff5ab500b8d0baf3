import type { ContainerInspection } from "../../backend/container-backend.ts";
import type { EngineCaretaker } from "../../backend/engine-caretaker.ts";
import type { CareInstructions } from "../../container/care-plan.ts";
import { probeTarget } from "../../container/probe-target.ts";
import type { ServiceConnection } from "../../container/service-connection.ts";
import { messageOf } from "../../errors/describe.ts";
import { HealthError } from "../../errors/health-error.ts";
import { LifecycleError } from "../../errors/lifecycle-error.ts";
import { TimeoutError } from "../../errors/timeout-error.ts";
import { UnsupportedError } from "../../errors/unsupported-error.ts";
import { describeProbe } from "../../health/describe-probe.ts";
import type { ReadinessTrace } from "../../health/wait-until-healthy.ts";
import { waitUntilHealthy } from "../../health/wait-until-healthy.ts";
import { limitNetworkAsLabelled } from "../../resources/network-rate.ts";
import type { Clock } from "../../time/clock.ts";
import { Deadline } from "../../time/deadline.ts";
import { sleep } from "../../time/sleep.ts";
import type { ServiceEvent } from "../coordination.ts";
import type { Parts } from "../parts/parts.ts";
import type { ServiceBook } from "../service-book.ts";
import type { SharedService } from "../shared-service.ts";
import { explainEnd, readLogTail } from "./explain-end.ts";
import type { HealthWatches } from "./health-watches.ts";
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

/** A service whose container is known. */
interface Restartable {
  readonly connection: ServiceConnection;
  readonly care: CareInstructions;
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
    await this.#begin(service, reason, (signal) => this.#stopAndStart(service, signal));
  }

  /** Takes note that somebody else has restarted a service. Never rejects. */
  async follow(service: SharedService, reason: string): Promise<void> {
    await this.#begin(service, reason, () => Promise.resolve()).catch(() => undefined); // Its users have been told.
  }

  /** Restarts a service that has failed, as often as its plan allows; when that is no use, it has failed for good. */
  async recover(service: SharedService, cause: unknown): Promise<void> {
    if (this.isUnderWay(service) || service.hasFailed) return;
    const { restart, restartProblem } = service.care ?? {};
    const { clock, fail } = this.#options;
    if (restart === undefined || restartProblem !== undefined) {
      fail(service, cause);
      return;
    }
    const budget = this.#budgets.get(service) ?? new RestartBudget(restart, clock);
    this.#budgets.set(service, budget);
    const turn = budget.take();
    if (turn === undefined) {
      fail(service, cause);
      return;
    }
    const reason = `${firstLineOf(cause)} (restart ${turn.number} of ${restart.maxRestarts})`;
    const work = async (signal: AbortSignal): Promise<void> => {
      await sleep(clock, turn.delayMs, signal);
      await this.#stopAndStart(service, signal);
    };
    await this.#begin(service, reason, work, (error) => this.recover(service, error)).catch(() => undefined);
  }

  /** Takes note that the container of a service that is being restarted has ended, which is no news before it has started. */
  async noticeEnd(service: SharedService): Promise<void> {
    const flight = this.#flights.get(service);
    const { connection } = service;
    if (flight?.hasStarted !== true || connection === undefined) return;
    const { caretaker } = this.#options;
    const inspection = await caretaker.inspect(connection.id);
    if (!inspection.isRunning) flight.ended.abort(await explainEnd(connection, inspection, caretaker));
  }

  /** Ends a restart under way: the service goes. */
  end(service: SharedService): void {
    this.#flights.get(service)?.ended.abort(new LifecycleError("The service was removed while it was restarted."));
  }

  /** @param onFailure - What becomes of a service whose restart has failed; unless it is said, the service is given up. */
  #begin(
    service: SharedService,
    reason: string,
    work: (signal: AbortSignal) => Promise<void>,
    onFailure: (error: unknown) => unknown = (error) => {
      this.#options.fail(service, error);
    },
  ): Promise<void> {
    const existing = this.#flights.get(service);
    if (existing !== undefined) return existing.over;
    const ended = new AbortController();
    const over = Promise.withResolvers<void>();
    over.promise.catch(() => undefined); // Perhaps nobody waits.
    const flight: Flight = { over: over.promise, ended, hasStarted: false };
    this.#flights.set(service, flight);
    const finish = async (): Promise<void> => {
      try {
        await this.#fly(service, flight, reason, work);
        this.#flights.delete(service);
        this.#options.book.save(service); // It can be watched again.
        over.resolve();
      } catch (error) {
        this.#flights.delete(service);
        if (service.state === "ready") await onFailure(error);
        over.reject(error);
      }
    };
    void finish();
    return over.promise;
  }

  async #fly(
    service: SharedService,
    flight: Flight,
    reason: string,
    work: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const { notify, watches, parts, book } = this.#options;
    const { signal } = flight.ended;
    const { id: serviceId, sessionIds } = service;
    const { care } = knownOf(service);
    service.hasFailed = false; // Unless it fails again.
    notify(sessionIds, { serviceId, kind: "restarting", reason });
    await Promise.all([watches.end(service), parts.suspend(service)]);
    await work(signal);
    flight.hasStarted = true;
    signal.throwIfAborted();
    const inspection = await this.#inspectRunning(service);
    await limitNetworkAsLabelled(service.request.name, inspection, signal);
    const connection = atItsPorts(knownOf(service).connection, inspection);
    await this.#awaitStart({ connection, care }, inspection, signal);
    if (service.state !== "ready") throw new LifecycleError(`${connection.name} was removed while it was restarted.`);
    if (service.hasFailed) throw new LifecycleError(`${connection.name} was killed while it was restarted.`);
    service.connection = connection;
    book.save(service);
    this.#budgets.get(service)?.noteStart();
    notify(service.sessionIds, { serviceId, kind: "restarted", connection, reason });
  }

  async #stopAndStart(service: SharedService, signal: AbortSignal): Promise<void> {
    const { id } = knownOf(service).connection;
    await this.#options.caretaker.restart(id, service.request.stopGraceMs, signal);
  }

  async #inspectRunning(service: SharedService): Promise<ContainerInspection> {
    const { caretaker } = this.#options;
    const { connection } = knownOf(service);
    const inspection = await caretaker.inspect(connection.id);
    if (inspection.isRunning) return inspection;
    throw await explainEnd(connection, inspection, caretaker);
  }

  async #awaitStart(
    { connection, care }: Restartable,
    inspection: ContainerInspection,
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, caretaker } = this.#options;
    const { startProbe, startTimeoutMs: timeoutMs, attemptTimeoutMs } = care;
    if (startProbe === undefined) return;
    const operation = `restart ${connection.name}`;
    const onExpire = (elapsedMs: number): Error => new TimeoutError({ operation, timeoutMs, elapsedMs });
    const trace: ReadinessTrace = { attempts: 0, lastResults: [], isHealthy: false };
    using deadline = new Deadline({ clock, timeoutMs, signal, onExpire });
    try {
      const target = probeTarget({ ...inspection, ...connection, ...care }, caretaker);
      await waitUntilHealthy(startProbe, target, { clock, attemptTimeoutMs, trace, signal: deadline.signal });
    } catch (error) {
      if (!deadline.isReason(error)) throw error;
      const logTail = await readLogTail(connection.id, caretaker);
      const { elapsedMs } = deadline;
      const seen = { container: connection.name, probe: describeProbe(startProbe), elapsedMs, ...trace, logTail };
      throw new HealthError(seen, trace.lastFailure);
    }
  }
}

function knownOf({ connection, care, request }: SharedService): Restartable {
  if (connection !== undefined && care !== undefined) return { connection, care };
  throw new LifecycleError(`${request.name} was to be restarted before it was ready.`);
}

/** Those that its options name; an engine may have given it others. */
function atItsPorts(connection: ServiceConnection, { ports }: ContainerInspection): ServiceConnection {
  const current = Object.keys(connection.ports).map((port) => [port, ports[port] ?? 0] as const);
  return { ...connection, ports: Object.fromEntries(current) };
}

function firstLineOf(cause: unknown): string {
  return messageOf(cause).split("\n")[0]?.replace(/\.$/, "") ?? "";
}
