import type { ContainerEvent, EngineCaretaker } from "../../backend/engine-caretaker.ts";
import { messageOf } from "../../errors/describe.ts";
import { toErrorData } from "../../errors/error-data.ts";
import { LifecycleError } from "../../errors/lifecycle-error.ts";
import type { ContainerHealth } from "../../health/container-health.ts";
import type { HealthChange, WatchName } from "../../lifecycle/health-status.ts";
import type { ServiceMetrics } from "../../metrics/service-metrics.ts";
import type { Clock } from "../../time/clock.ts";
import type { ServiceEvent } from "../coordination.ts";
import type { Parts } from "../parts/parts.ts";
import type { Retirement } from "../retirement.ts";
import type { ServiceBook } from "../service-book.ts";
import type { SharedService } from "../shared-service.ts";
import { ContainerNews } from "./container-news.ts";
import { HealthWatches } from "./health-watches.ts";
import { MetricsBook } from "./metrics-book.ts";
import { ResourceWatches } from "./resource-watches.ts";
import { Restarts } from "./restarts.ts";
import { RuleActions } from "./rule-actions.ts";

/** Why a service is restarted that somebody asks it of. */
const ASKED_FOR = "somebody asked for it";

/** What supervision needs. */
export interface SupervisionOptions {
  /** Every shared service. */
  readonly book: ServiceBook;
  /** Their parts. */
  readonly parts: Parts;
  /** What strikes out those that are gone. */
  readonly retirement: Pick<Retirement, "forget">;
  /** The engine. */
  readonly caretaker: EngineCaretaker;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Tells whoever uses a service what happens to it. */
  readonly notify: (sessionIds: readonly string[], event: ServiceEvent) => void;
  /** Told what nobody else is told. */
  readonly log: (line: string) => void;
}

/**
 * Looks after services while they are used: repeats their probes, looks at what those with rules use, tells all who use them
 * what happens to their containers, and restarts those whose plans say so.
 */
export class Supervision {
  /** What has been seen of services. */
  readonly metrics: MetricsBook;
  readonly #options: SupervisionOptions;
  readonly #watches: HealthWatches;
  readonly #resources: ResourceWatches;
  readonly #restarts: Restarts;
  readonly #news: ContainerNews;

  constructor(options: SupervisionOptions) {
    const { caretaker, clock, log, retirement, notify, book, parts } = options;
    this.#options = options;
    const fail = this.#fail.bind(this);
    const onChange = this.#noticeHealth.bind(this);
    this.metrics = new MetricsBook({ caretaker, clock });
    const watches = new HealthWatches({ caretaker, clock, onChange, listener: this.metrics, log });
    const restarts = new Restarts({ book, parts, watches, caretaker, clock, notify, fail });
    const actions = new RuleActions({
      ...{ caretaker, clock, restarts, notify, log },
      kill: this.#kill.bind(this),
      fail: this.#tellFailure.bind(this),
    });
    this.#resources = new ResourceWatches({ caretaker, clock, log, act: actions.act.bind(actions) });
    this.#watches = watches;
    this.#restarts = restarts;
    this.#news = new ContainerNews({ caretaker, clock, restarts, watches, retirement, notify, log });
  }

  /** Watches a service as long as it is used and awake. Called whenever that may have changed. */
  consider(service: SharedService): void {
    const { state, hasFailed, isUnused, isPaused } = service;
    const isWatched = state === "ready" && !hasFailed && !isUnused && !isPaused;
    if (isWatched) this.#resources.begin(service);
    else this.#resources.end(service);
    if (!isWatched) {
      service.isUnhealthy = false; // Nothing says so any more.
      this.#inBackground(this.#watches.end(service));
    } else if (!this.#restarts.isUnderWay(service)) this.#watches.begin(service);
  }

  /** Looks after a service no more: it goes. */
  end(service: SharedService): void {
    this.#restarts.end(service);
    this.#resources.end(service);
    this.#inBackground(this.#watches.end(service));
  }

  /** Takes note of an event of a service's container. */
  notice(service: SharedService, event: ContainerEvent): Promise<void> {
    return this.#news.notice(service, event);
  }

  /** Finds out what happened to a service while nobody watched. */
  reconcile(service: SharedService): Promise<void> {
    return this.#news.reconcile(service);
  }

  /** How a service is. Throws `LifecycleError` when it is gone. */
  healthOf(serviceId: string): ContainerHealth {
    return this.#watches.healthOf(this.#existing(serviceId));
  }

  /** What a service uses, and how it is. Throws `LifecycleError` when it is gone. */
  async metricsOf(serviceId: string): Promise<ServiceMetrics> {
    return this.metrics.of(this.#existing(serviceId));
  }

  /**
   * Restarts a service and resolves when it can be used again.
   *
   * @throws UnsupportedError when it cannot be restarted; LifecycleError when it is gone or has failed; what its new start
   *   fails with.
   */
  async restart(serviceId: string): Promise<void> {
    const service = this.#existing(serviceId);
    if (!service.hasFailed) return this.#restarts.restart(service, ASKED_FOR);
    throw new LifecycleError(`${service.request.name} has failed for good. Get another one: \`environment.get(…)\`.`);
  }

  /** Goes on with a restart in the midst of which a predecessor was killed. */
  async resume(service: SharedService): Promise<void> {
    if (service.restarting !== undefined) await this.#restarts.resume(service, service.restarting);
  }

  /** Whether a service is being restarted. */
  isRestarting(service: SharedService): boolean {
    return this.#restarts.isUnderWay(service);
  }

  /** Resolves when a service is not being restarted. */
  settled(service: SharedService): Promise<void> {
    return this.#restarts.settled(service);
  }

  /** Ends every watch. What there is stays. */
  stop(): void {
    this.#resources.stop();
    this.#watches.stop();
  }

  #existing(serviceId: string): SharedService {
    const service = this.#options.book.get(serviceId);
    if (service?.state === "ready" && service.connection !== undefined) return service;
    throw new LifecycleError("The service was removed meanwhile.");
  }

  #noticeHealth(service: SharedService, check: WatchName, change: HealthChange): void {
    const { id: serviceId, sessionIds } = service;
    this.#options.notify(sessionIds, { serviceId, kind: "health", check, change });
    if (check === "readiness") this.#noticeReadiness(service, change.to !== "unhealthy");
    if (check !== "liveness" || change.to !== "unhealthy") return;
    const problem = `${service.request.name} is not alive: ${change.reason ?? "its probe failed"}`;
    this.#inBackground(this.#restarts.recover(service, new LifecycleError(problem)));
  }

  /** One that is not ready is handed out to nobody who wants one for himself; who waits may get it once it is. */
  #noticeReadiness(service: SharedService, isReady: boolean): void {
    service.isUnhealthy = !isReady;
    this.#options.book.tellChange();
  }

  #fail(service: SharedService, error: unknown): void {
    if (service.hasFailed) return;
    service.hasFailed = true;
    this.#options.book.save(service); // It is watched no more, and no successor brings it back.
    this.#tellFailure(service, error);
  }

  /** What the engine tells of its end is no news any more: why it ends is told with its failure. */
  async #kill(service: SharedService, id: string): Promise<void> {
    service.hasFailed = true;
    this.consider(service);
    try {
      await this.#options.caretaker.kill(id);
      service.restarting = undefined; // Nor does a successor go on with that.
      this.#options.book.save(service);
    } catch (error) {
      service.hasFailed = false;
      this.consider(service);
      throw error;
    }
  }

  #tellFailure(service: SharedService, error: unknown): void {
    const { id: serviceId, sessionIds } = service;
    const reason = messageOf(error);
    this.#options.notify(sessionIds, { serviceId, kind: "failed", reason, error: toErrorData(error) });
  }

  #inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.#options.log(`Looking after a service failed: ${messageOf(error)}`);
    });
  }
}
