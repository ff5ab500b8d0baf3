import { messageOf } from "../errors/describe.ts";
import type { RemovedNetwork, StopOutcome, StoppedContainer } from "../teardown/cleanup-report.ts";
import { abortable } from "../time/abortable.ts";
import type { Timer } from "../time/clock.ts";
import type { ReleaseReport, ServiceRequest } from "./coordination.ts";
import { endContainer, eventsOfEnd } from "./end-container.ts";
import { isPrivateGroup } from "./private-group.ts";
import { mergeReports, noReport, reportOf, reportOfNetworks } from "./release-report.ts";
import { retireInTurn } from "./retire-in-turn.ts";
import type { RemovalReason } from "./removal-reason.ts";
import { evictionReasonOf } from "./removal-reason.ts";
import type { RetirementOptions } from "./retirement-options.ts";
import type { SharedService } from "./shared-service.ts";
import { Sleep } from "./sleep.ts";

/**
 * How often in a row removals are tried before that is left to the next coordinator, which finds what is left in the
 * journal and by its labels: an engine that is switched off may stay so for days.
 */
const MAX_ROUNDS = 30;

/** The longest that a timer can run, in milliseconds. */
const MAX_TIMER_MS = 2_147_483_647;

/** Ends services that nobody needs: at once, or after the time for which they are kept, asleep meanwhile. */
export class Retirement {
  readonly #options: RetirementOptions;
  readonly #timers = new Map<SharedService, Timer>();
  readonly #removals = new Map<SharedService, Promise<ReleaseReport>>();
  /** Those whose removal failed. */
  readonly #unremoved = new Set<SharedService>();
  readonly #sleep: Sleep;
  readonly #logged = new Set<string>();
  #retry: Timer | undefined;
  #failedRounds = 0;

  constructor(options: RetirementOptions) {
    this.#options = options;
    this.#sleep = new Sleep(options);
  }

  /** Keeps a service that has become unused, or removes it and what only it needed. */
  async retire(service: SharedService, formerUsers: readonly string[] = []): Promise<ReleaseReport> {
    const { keepAliveMs, group } = service.request;
    // Nobody else can come for what is private, and nobody wants what is spent or has failed.
    const isOver = service.state === "removing" || isPrivateGroup(group) || service.isSpent || service.hasFailed;
    const isHindered = this.#sleep.isHindered(service);
    if (isOver || (keepAliveMs === 0 && !isHindered)) return this.remove(service, "no longer needed", formerUsers);
    const isUsedUp = this.#options.containers.isUsedUp(service, service.request);
    if (isUsedUp && !isHindered) return this.remove(service, "used long enough", formerUsers);
    this.keep(service, this.#options.clock.now());
    return reportOf(this.describe(service, "kept"));
  }

  /** Retires those of a session's services that nobody else uses, and what could not be removed before. */
  async retireAll(services: readonly SharedService[], formerUser: string): Promise<ReleaseReport> {
    for (const service of services) this.#options.book.save(service);
    const earlier = this.retryRemovals();
    const unused = services.filter((service) => service.isUnused && !this.isUnremoved(service));
    const retiring = retireInTurn(unused, this.#options.book, (service) => this.retire(service, [formerUser]));
    const report = mergeReports([await earlier, ...(await retiring)]);
    const told = new Set(report.containers.map(({ id }) => id));
    const others = services.filter(({ connection }) => connection !== undefined && !told.has(connection.id));
    this.#options.book.tellChange();
    return mergeReports([report, ...others.map((service) => reportOf(this.describe(service, "still-used")))]);
  }

  /** Keeps a service for the time it is to be kept, counted from `idleSinceMs`. */
  keep(service: SharedService, idleSinceMs: number): void {
    const { clock, book, containers, parts } = this.#options;
    service.idleSinceMs = idleSinceMs;
    const unusedUntilMs = idleSinceMs + service.request.keepAliveMs;
    const usedUpAtMs = containers.usedUpAtMs(service, service.request);
    service.expiresAtMs = Math.max(Math.min(unusedUntilMs, usedUpAtMs), parts.keptUntilMs(service));
    book.save(service);
    const expire = (): void => {
      if (clock.now() < service.expiresAtMs) this.keep(service, idleSinceMs);
      else
        this.#inBackground(this.remove(service, usedUpAtMs < unusedUntilMs ? "used long enough" : "kept long enough"));
    };
    // Nobody looks at it any more before it expires: it can go to sleep then.
    const nextAtMs = this.#sleep.isHindered(service) ? parts.keptUntilMs(service) : service.expiresAtMs;
    const remainingMs = Math.max(0, nextAtMs - clock.now());
    this.#timers.get(service)?.cancel();
    this.#timers.set(service, clock.startTimer(expire, Math.min(remainingMs, MAX_TIMER_MS)));
    this.#sleep.begin(service);
    this.#evictIdle(service);
    book.tellChange();
  }

  /** Makes a service that was kept usable again. Its lease has been entered already, so that it is not removed meanwhile. */
  async wake(service: SharedService): Promise<void> {
    this.#stopTimer(service);
    await this.#sleep.end(service);
  }

  /** Makes a service usable that is to be initialised anew, and ends what there was of it but its container. */
  async clear(service: SharedService): Promise<void> {
    const { parts, warmImages } = this.#options;
    this.#stopTimer(service); // At once: making an image of it may take longer than it would have been kept.
    await warmImages?.packed(service.id);
    await Promise.all([this.wake(service), parts.close(service)]);
  }

  /** Stops and removes a service, and then what only it needed. Never rejects: the report says what failed. */
  remove(service: SharedService, reason: RemovalReason, formerUsers: readonly string[] = []): Promise<ReleaseReport> {
    const existing = this.#removals.get(service);
    if (existing !== undefined) return existing;
    this.#beginRemoval(service);
    const removal = this.#remove(service, reason, [...service.sessionIds, ...formerUsers]).finally(() =>
      this.#removals.delete(service),
    );
    this.#removals.set(service, removal);
    return removal;
  }

  /** Until it is gone there can be no other; when it cannot be removed, whoever wants another is told why. */
  async awaitRemoval(
    service: SharedService,
    signal: AbortSignal,
    reason: RemovalReason = "replaced",
  ): Promise<undefined> {
    const { errors } = await abortable(this.remove(service, reason), signal);
    if (errors.length > 0 && this.#options.book.get(service.id) === service) throw errors[0];
  }

  /** What has the same name as a new service but another key is out of date; it goes unless somebody still uses it. */
  replaceUnused(request: ServiceRequest): void {
    for (const service of this.#options.book.idleIn(request.group)) {
      if (service.request.name === request.name && !service.isLike(request) && !this.#sleep.isHindered(service))
        this.#inBackground(this.remove(service, "replaced"));
    }
  }

  /** Whether it was tried to remove a service, in vain. */
  isUnremoved(service: SharedService): boolean {
    return this.#unremoved.has(service);
  }

  /** Whether what could not be removed is left to the next coordinator. */
  get hasGivenUp(): boolean {
    return this.#failedRounds >= MAX_ROUNDS;
  }

  /** Tries once more to remove what could not be removed before. */
  async retryRemovals(): Promise<ReleaseReport> {
    this.#retry?.cancel();
    const retries = [...this.#unremoved].map((service) => this.remove(service, "to be removed still"));
    const { networks, book } = this.#options;
    const reports = await Promise.all([...retries, this.#leaveNetworks(networks.removeUnused())]);
    book.tellChange();
    return mergeReports(reports);
  }

  /** Strikes out a service whose container is gone, and retires what only it needed; whoever used it used that as well. */
  async forget(
    service: SharedService,
    users: readonly string[] = service.sessionIds,
    reason: RemovalReason = "somebody else removed it",
  ): Promise<ReleaseReport> {
    this.#beginRemoval(service);
    const isKnown = this.#options.book.get(service.id) === service; // Several may notice that it is gone.
    if (isKnown && service.hasContainer) this.#options.containers.evicted(evictionReasonOf(reason));
    const closing = this.#options.parts.close(service);
    const unused = this.#options.book.remove(service);
    const reports = await retireInTurn(unused, this.#options.book, (dependency) => this.retire(dependency, users));
    await Promise.all([closing, this.#options.volumes.leave(service)]);
    const { networkName, id } = service;
    if (networkName === undefined) return mergeReports(reports);
    const leaving = await this.#leaveNetworks(this.#options.networks.leave(networkName, id));
    this.#options.book.tellChange(); // Only now is nothing left of it.
    return mergeReports([...reports, leaving]);
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
    this.#retry?.cancel();
  }

  #beginRemoval(service: SharedService): void {
    service.state = "removing";
    this.#stopTimer(service);
    this.#options.onEnding?.(service);
  }

  #stopTimer(service: SharedService): void {
    this.#timers.get(service)?.cancel();
    this.#timers.delete(service);
  }

  async #remove(service: SharedService, reason: RemovalReason, users: readonly string[]): Promise<ReleaseReport> {
    const { caretaker, clock, notify, parts, warmImages } = this.#options;
    await warmImages?.packed(service.id);
    await this.#sleep.settled(service);
    const closing = parts.close(service); // Not waited for: it may need what is just being stopped.
    const { id: serviceId, connection, containerName } = service;
    notify(users, { serviceId, kind: "stopping", reason });
    const stopped = await endContainer(service, { caretaker, clock });
    await closing;
    if (stopped.error !== undefined) {
      this.#logOnce(`${containerName} was not removed: ${messageOf(stopped.error)}`);
      notify(users, { serviceId, kind: "failed", reason: messageOf(stopped.error) });
      if (!this.#unremoved.has(service)) this.#failedRounds = 0;
      this.#unremoved.add(service);
      this.#tryAgainLater();
      return reportOf(stopped);
    }
    this.#unremoved.delete(service);
    for (const event of eventsOfEnd(stopped, service, reason)) notify(users, { serviceId, ...event });
    const rest = await this.forget(service, users, reason);
    return mergeReports([connection === undefined ? noReport : reportOf(stopped), rest]);
  }

  #evictIdle({ request }: SharedService): void {
    const idle = this.#options.containers.idleIn(request).filter((service) => !this.#sleep.isHindered(service));
    const excess = Math.max(0, idle.length - (request.capacity?.maxIdleContainers ?? Number.POSITIVE_INFINITY));
    for (const service of idle.slice(0, excess)) {
      this.#inBackground(this.remove(service, "more were kept than are allowed"));
    }
  }

  #tryAgainLater(): void {
    const { retryMs, clock } = this.#options;
    if (retryMs === undefined || this.hasGivenUp) return;
    this.#retry?.cancel();
    this.#retry = clock.startTimer(() => {
      this.#inBackground(this.#retryRound());
    }, retryMs);
  }

  async #retryRound(): Promise<void> {
    const { errors } = await this.retryRemovals();
    this.#failedRounds = errors.length === 0 ? 0 : this.#failedRounds + 1;
    if (!this.hasGivenUp) return;
    this.#retry?.cancel();
    this.#options.log("What could not be removed is left to the next coordinator.");
    this.#options.book.tellChange();
  }

  /** Nobody waits for it, so what goes wrong is only told to the log. */
  #inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.#options.log(`Looking after services failed: ${messageOf(error)}`);
    });
  }

  /** What fails is tried again for as long as it fails, which may be days. */
  #logOnce(line: string): void {
    if (!this.#logged.has(line)) this.#options.log(line);
    this.#logged.add(line);
  }

  async #leaveNetworks(leaving: Promise<readonly RemovedNetwork[]>): Promise<ReleaseReport> {
    const report = reportOfNetworks(await leaving);
    for (const error of report.errors) this.#logOnce(`A network was not removed: ${messageOf(error)}`);
    if (report.errors.length > 0) this.#tryAgainLater();
    return report;
  }
}
