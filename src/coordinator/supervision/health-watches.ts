import type { EngineCaretaker } from "../../backend/engine-caretaker.ts";
import type { CareInstructions } from "../../container/care-plan.ts";
import { probeTarget } from "../../container/probe-target.ts";
import type { ServiceConnection } from "../../container/service-connection.ts";
import { messageOf } from "../../errors/describe.ts";
import type { ContainerHealth } from "../../health/container-health.ts";
import type { HealthChange, HealthResult, WatchName } from "../../lifecycle/health-status.ts";
import { HealthMonitor } from "../../health/health-monitor.ts";
import type { Clock } from "../../time/clock.ts";
import type { SharedService } from "../shared-service.ts";

/** Who listens to what probes tell. Nothing depends on it. */
export interface HealthListener {
  /** Told of every attempt, before the change that it makes. */
  noteResult(service: SharedService, check: WatchName, result: HealthResult): void;
  /** Told of every change. */
  noteChange(service: SharedService, check: WatchName, change: HealthChange): void;
  /** Told that a service is watched no more. */
  noteEnd(service: SharedService): void;
}

/** What watching services needs. */
export interface HealthWatchesOptions {
  /** The engine. */
  readonly caretaker: EngineCaretaker;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Acts on every change. */
  readonly onChange: (service: SharedService, check: WatchName, change: HealthChange) => void;
  /** Hears all of it. */
  readonly listener: HealthListener;
  /** Told what nobody else is told. */
  readonly log: (line: string) => void;
}

/** Repeats the probes of services, as long as those are used. */
export class HealthWatches {
  readonly #options: HealthWatchesOptions;
  readonly #watches = new Map<SharedService, ServiceWatch>();

  constructor(options: HealthWatchesOptions) {
    this.#options = options;
  }

  /** Watches a service from now on, unless that is done already or nothing is to be watched. */
  begin(service: SharedService): void {
    const { connection, care } = service;
    const isWanted = care?.readiness !== undefined || care?.liveness !== undefined;
    if (connection === undefined || !isWanted || this.#watches.has(service)) return;
    this.#watches.set(service, new ServiceWatch(service, connection, care, this.#options));
  }

  /** Watches a service no more, and resolves when no attempt is under way. */
  async end(service: SharedService): Promise<void> {
    const watch = this.#watches.get(service);
    this.#watches.delete(service);
    if (watch === undefined) return;
    await watch[Symbol.asyncDispose]();
    if (!this.#watches.has(service)) this.#options.listener.noteEnd(service); // Nor has another begun meanwhile.
  }

  /** How a service is. */
  healthOf(service: SharedService): ContainerHealth {
    return this.#watches.get(service)?.health ?? { status: "unknown" };
  }

  /** Ends every watch. */
  stop(): void {
    for (const service of this.#watches.keys()) void this.end(service);
  }
}

/** The probes of one service. */
class ServiceWatch implements AsyncDisposable {
  readonly #monitors = new Map<WatchName, HealthMonitor>();
  readonly #beginning: Promise<void>;
  #isOver = false;

  constructor(
    service: SharedService,
    connection: ServiceConnection,
    care: CareInstructions,
    options: HealthWatchesOptions,
  ) {
    this.#beginning = this.#begin(service, connection, care, options).catch((error: unknown) => {
      options.log(`${service.containerName} is not watched: ${messageOf(error)}`);
    });
  }

  get health(): ContainerHealth {
    const [readiness, liveness] = (["readiness", "liveness"] as const).map((name) => this.#monitors.get(name)?.report);
    return {
      status: readiness?.status ?? "unknown",
      ...(readiness !== undefined && { readiness }),
      ...(liveness !== undefined && { liveness }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#beginning;
    await Promise.all([...this.#monitors.values()].map((monitor) => monitor.stop()));
  }

  async #begin(
    service: SharedService,
    connection: ServiceConnection,
    care: CareInstructions,
    { caretaker, clock, onChange, listener }: HealthWatchesOptions,
  ): Promise<void> {
    const inspection = await caretaker.inspect(connection.id);
    const { startedAtMs = clock.now() } = inspection;
    if (this.#isOver) return;
    const target = probeTarget({ ...inspection, ...connection, ...care }, caretaker);
    for (const check of ["readiness", "liveness"] as const) {
      const plan = care[check];
      if (plan === undefined) continue;
      const { probe, intervalMs, timeoutMs, ...terms } = plan;
      const tell = (change: HealthChange): void => {
        listener.noteChange(service, check, change);
        onChange(service, check, change);
      };
      const onResult = (result: HealthResult): void => {
        listener.noteResult(service, check, result);
      };
      const watched = { probe, target, terms, intervalMs, timeoutMs, clock, startedAtMs, onChange: tell, onResult };
      this.#monitors.set(check, new HealthMonitor(watched));
    }
  }
}
