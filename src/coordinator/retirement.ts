import type { EngineCaretaker } from "../backend/engine-caretaker.ts";
import { messageOf } from "../errors/describe.ts";
import { refusalOf } from "../errors/engine-request-error.ts";
import type { StopOutcome, StoppedContainer } from "../teardown/cleanup-report.ts";
import { discardContainer, stopContainer } from "../teardown/stop-container.ts";
import type { Clock, Timer } from "../time/clock.ts";
import type { ReleaseReport, ServiceEvent } from "./coordination.ts";
import { mergeReports, noReport, reportOf } from "./release-report.ts";
import type { ServiceBook } from "./service-book.ts";
import type { SharedNetworks } from "./shared-networks.ts";
import type { SharedService } from "./shared-service.ts";

/** What retiring services needs. */
export interface RetirementOptions {
  readonly book: ServiceBook;
  readonly networks: SharedNetworks;
  readonly caretaker: EngineCaretaker;
  readonly clock: Clock;
  /** Tells whoever uses, or just used, a service what happens to it. */
  readonly notify: (sessionIds: readonly string[], event: ServiceEvent) => void;
  /** Told what went wrong behind everybody's back. */
  readonly log: (line: string) => void;
  /** How long to wait before a removal that failed is tried again, in milliseconds; never when absent. */
  readonly retryMs?: number | undefined;
}

/** Ends services that nobody needs: at once, or after the time for which they are kept, asleep meanwhile. */
export class Retirement {
  readonly #options: RetirementOptions;
  readonly #timers = new Map<SharedService, Timer>();
  readonly #removals = new Map<SharedService, Promise<ReleaseReport>>();
  /** Those whose removal failed. */
  readonly #unremoved = new Set<SharedService>();
  readonly #pausing = new Map<SharedService, Promise<void>>();

  constructor(options: RetirementOptions) {
    this.#options = options;
  }

  /** Keeps a service that has become unused, or removes it and what only it needed. */
  async retire(service: SharedService, formerUsers: readonly string[] = []): Promise<ReleaseReport> {
    const { keepAliveMs } = service.request;
    if (keepAliveMs === 0) return this.remove(service, "no longer needed", formerUsers);
    this.keep(service, this.#options.clock.now());
    return reportOf(this.describe(service, "kept"));
  }

  /** Keeps a service for the time it is to be kept, counted from `idleSinceMs`. */
  keep(service: SharedService, idleSinceMs: number): void {
    const { clock, book } = this.#options;
    service.idleSinceMs = idleSinceMs;
    book.save(service);
    const expire = (): void => void this.remove(service, "kept long enough");
    const remainingMs = Math.max(0, idleSinceMs + service.request.keepAliveMs - clock.now());
    this.#timers.get(service)?.cancel();
    this.#timers.set(service, clock.startTimer(expire, Math.min(remainingMs, 2_147_483_647)));
    this.#pausing.set(service, this.#pause(service));
    this.#evictIdle(service);
    book.tellChange();
  }

  /** Makes a service that was kept usable again. Its lease has been entered already, so that it is not removed meanwhile. */
  async wake(service: SharedService): Promise<void> {
    this.#timers.get(service)?.cancel();
    this.#timers.delete(service);
    await this.#pausing.get(service);
    this.#pausing.delete(service);
    if (!service.isPaused || service.connection === undefined) return;
    await this.#options.caretaker.unpause(service.connection.id);
    service.isPaused = false;
    this.#options.book.save(service);
  }

  /** Stops and removes a service, and then what only it needed. Never rejects: the report says what failed. */
  remove(service: SharedService, reason: string, formerUsers: readonly string[] = []): Promise<ReleaseReport> {
    const existing = this.#removals.get(service);
    if (existing !== undefined) return existing;
    service.state = "removing";
    this.#timers.get(service)?.cancel();
    this.#timers.delete(service);
    const removal = this.#remove(service, reason, [...service.sessionIds, ...formerUsers]).finally(() =>
      this.#removals.delete(service),
    );
    this.#removals.set(service, removal);
    return removal;
  }

  /** Tries once more to remove what could not be removed before. */
  async retryRemovals(): Promise<ReleaseReport> {
    const retries = [...this.#unremoved].map((service) => this.remove(service, "to be removed still"));
    return mergeReports(await Promise.all(retries));
  }

  /** Strikes out a service whose container is gone, and retires what only it needed. */
  async forget(service: SharedService): Promise<ReleaseReport> {
    service.state = "removing";
    this.#timers.get(service)?.cancel();
    this.#timers.delete(service);
    const unused = this.#options.book.remove(service);
    const reports = await Promise.all(unused.map((dependency) => this.retire(dependency)));
    return mergeReports([...reports, await this.#leaveNetwork(service)]);
  }

  /** What becomes of a service that is not removed. */
  describe(service: SharedService, outcome: StopOutcome): StoppedContainer {
    const { request, connection } = service;
    const startedAtMs = this.#options.clock.now();
    return { name: request.name, id: connection?.id ?? "", outcome, startedAtMs, durationMs: 0 };
  }

  /** Ends every timer; for the end of the coordinator. */
  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  async #remove(service: SharedService, reason: string, users: readonly string[]): Promise<ReleaseReport> {
    const { caretaker, clock, notify, log } = this.#options;
    await this.#pausing.get(service);
    this.#pausing.delete(service);
    const { id: serviceId, request, connection, containerName } = service;
    notify(users, { serviceId, kind: "stopping", reason });
    const container = { name: request.name, id: connection?.id ?? containerName, stopGraceMs: request.stopGraceMs };
    const stopped =
      connection === undefined
        ? await discardContainer(container, { caretaker, clock })
        : await stopContainer(container, { caretaker, clock });
    if (stopped.error !== undefined) {
      log(`${containerName} was not removed: ${messageOf(stopped.error)}`);
      notify(users, { serviceId, kind: "failed", reason: messageOf(stopped.error) });
      this.#unremoved.add(service);
      this.#tryAgainLater(service);
      return reportOf(stopped);
    }
    this.#unremoved.delete(service);
    notify(users, { serviceId, kind: "stopped", reason: stopped.outcome });
    notify(users, { serviceId, kind: "removed", reason });
    const rest = await this.forget(service);
    return mergeReports([connection === undefined ? noReport : reportOf(stopped), rest]);
  }

  #evictIdle({ request: { group, capacity } }: SharedService): void {
    const idle = this.#options.book.idleIn(group);
    const excess = Math.max(0, idle.length - (capacity?.maxIdleContainers ?? Number.POSITIVE_INFINITY));
    for (const service of idle.slice(0, excess)) void this.remove(service, "more were kept than are allowed");
  }

  #tryAgainLater(service: SharedService): void {
    const { retryMs, clock } = this.#options;
    if (retryMs === undefined) return;
    const tryAgain = (): void => void this.remove(service, "to be removed still");
    this.#timers.set(service, clock.startTimer(tryAgain, retryMs));
  }

  async #leaveNetwork({ networkName, id }: SharedService): Promise<ReleaseReport> {
    if (networkName === undefined) return noReport;
    try {
      await this.#options.networks.leave(networkName, id);
      return noReport;
    } catch (error) {
      this.#options.log(`The network ${networkName} was not removed: ${messageOf(error)}`);
      return { containers: [], errors: [error] };
    }
  }

  /** Asleep it costs no CPU. An engine that cannot pause has it stay awake. */
  async #pause(service: SharedService): Promise<void> {
    const { caretaker, book, log } = this.#options;
    if (service.connection === undefined || service.isPaused) return;
    try {
      await caretaker.pause(service.connection.id);
      service.isPaused = true;
      book.save(service);
    } catch (error) {
      if (refusalOf(error) !== "not-found") log(`${service.containerName} stays awake: ${messageOf(error)}`);
    }
  }
}
