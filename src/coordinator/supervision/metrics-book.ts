import type { EngineCaretaker } from "../../backend/engine-caretaker.ts";
import { ContainerMeter } from "../../metrics/container-meter.ts";
import { HealthRecord } from "../../metrics/health-record.ts";
import type { ServiceMetrics } from "../../metrics/service-metrics.ts";
import { unwatched } from "../../metrics/service-metrics.ts";
import type { HealthChange, HealthResult, WatchName } from "../../lifecycle/health-status.ts";
import type { Clock } from "../../time/clock.ts";
import type { SharedService } from "../shared-service.ts";
import type { HealthListener } from "./health-watches.ts";

/** What has been seen of one service. */
interface ServiceRecord {
  readonly health: HealthRecord;
  readonly meter: ContainerMeter;
}

/** Remembers what probes tell of services, and says, whenever it is asked, how they are and what they use. */
export class MetricsBook implements HealthListener {
  readonly #caretaker: EngineCaretaker;
  readonly #clock: Clock;
  readonly #records = new WeakMap<SharedService, ServiceRecord>();

  constructor({ caretaker, clock }: { readonly caretaker: EngineCaretaker; readonly clock: Clock }) {
    this.#caretaker = caretaker;
    this.#clock = clock;
  }

  /** Takes in what an attempt of a probe gave. */
  noteResult(service: SharedService, check: WatchName, result: HealthResult): void {
    this.#recordOf(service)?.health.noteResult(check, result);
  }

  /** Takes in a change of what a probe says. */
  noteChange(service: SharedService, check: WatchName, change: HealthChange): void {
    this.#recordOf(service)?.health.noteChange(check, change);
  }

  /** Notes that a service is watched no more. */
  noteEnd(service: SharedService): void {
    this.#records.get(service)?.health.noteEnd(this.#clock.now());
  }

  /** How a service is, and what it uses. Its container is looked at once. */
  async of(service: SharedService): Promise<ServiceMetrics> {
    const record = this.#recordOf(service);
    const { name } = service.request;
    if (record === undefined) return unwatched(name, this.#clock.now());
    const container = await record.meter.read(this.#caretaker);
    const atMs = this.#clock.now();
    const { timings } = record.health;
    return {
      ...{ name, atMs, ...(container !== undefined && { container }) },
      health: record.health.metricsAt(atMs),
      performance: { ...(timings !== undefined && { probes: timings }) },
    };
  }

  /** One that is not ready yet has none. */
  #recordOf(service: SharedService): ServiceRecord | undefined {
    const { connection } = service;
    if (connection === undefined) return undefined;
    const record = this.#records.get(service) ?? {
      health: new HealthRecord(),
      meter: new ContainerMeter(connection.id, this.#clock),
    };
    this.#records.set(service, record);
    return record;
  }
}
