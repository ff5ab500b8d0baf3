import { hasCode } from "../errors/cleanroom-error.ts";
import { messageOf } from "../errors/describe.ts";
import { isObject } from "../errors/is-object.ts";
import type { Emitter } from "../events/emitter.ts";
import type { Clock } from "../time/clock.ts";
import type { CountedEvent, EnvironmentMetrics, StartMetrics } from "./environment-metrics.ts";
import type { ServiceMetrics } from "./service-metrics.ts";
import { unwatched } from "./service-metrics.ts";
import type { Timings } from "./timings.ts";
import { TimingRecord } from "./timings.ts";

/** A service that an environment uses. */
interface UsedService {
  readonly name: string;
  readonly handle: unknown;
}

const countedEvents: readonly CountedEvent[] = [
  "container:ready",
  "start:failed",
  "container:removed",
  "container:restarted",
  "container:out-of-memory",
  "resource:exceeded",
  "reset:failed",
  "recovery:retry",
  "recovery:fallback",
];

/** How many starts are remembered; older ones are forgotten. */
const MAX_STARTS = 1_000;

/** Remembers what an environment's events tell, and what its user has measured. */
export class EnvironmentRecord {
  readonly #clock: Clock;
  readonly #measurements = new Map<string, TimingRecord>();
  readonly #events = new Map<CountedEvent, number>();
  #starts: readonly StartMetrics[] = [];

  constructor(emitter: Pick<Emitter, "on">, clock: Clock) {
    this.#clock = clock;
    for (const name of countedEvents) {
      emitter.on(name, () => this.#events.set(name, (this.#events.get(name) ?? 0) + 1));
    }
    emitter.on("container:ready", ({ name, timings, attempts, isWarm, isRenewed }) => {
      const durationMs = timings.totalMs;
      this.#noteStart({ name, outcome: "ready", atMs: clock.now(), durationMs, timings, attempts, isWarm, isRenewed });
    });
    emitter.on("start:failed", ({ name, atMs, durationMs, error }) => {
      this.#noteStart({ name, outcome: "failed", atMs, durationMs, error: messageOf(error) });
    });
  }

  /** Does `work` and notes how long it took. What it returns or throws is passed on. */
  async measure<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    const beganAtMs = this.#clock.now();
    let hasFailed = true;
    try {
      const result = await work();
      hasFailed = false;
      return result;
    } finally {
      const record = this.#measurements.get(name) ?? new TimingRecord();
      this.#measurements.set(name, record);
      record.add({ beganAtMs, endedAtMs: this.#clock.now(), hasFailed });
    }
  }

  /** All of it, and how services are now. */
  async metrics(used: readonly UsedService[]): Promise<EnvironmentMetrics> {
    const services = await Promise.all(used.map(async (service) => [service.name, await this.#of(service)] as const));
    return {
      atMs: this.#clock.now(),
      services: Object.fromEntries(services),
      measurements: Object.fromEntries([...this.#measurements].flatMap(timingsOf)),
      starts: this.#starts,
      events: Object.fromEntries(this.#events),
    };
  }

  async #of({ name, handle }: UsedService): Promise<ServiceMetrics> {
    try {
      if (isMetered(handle)) return await handle.metrics();
    } catch (error) {
      if (!hasCode(error, "CLEANROOM_LIFECYCLE")) throw error; // It has gone meanwhile.
    }
    return unwatched(name, this.#clock.now());
  }

  #noteStart(start: StartMetrics): void {
    this.#starts = [...this.#starts, start].slice(-MAX_STARTS);
  }
}

function timingsOf([name, record]: readonly [string, TimingRecord]): readonly (readonly [string, Timings])[] {
  const { timings } = record;
  return timings === undefined ? [] : [[name, timings]];
}

/** Handles of services that users define themselves may have none. */
function isMetered(handle: unknown): handle is { metrics(): Promise<ServiceMetrics> } {
  return isObject(handle) && "metrics" in handle && typeof handle.metrics === "function";
}
