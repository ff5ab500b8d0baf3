import type { EngineCaretaker } from "../backend/engine-caretaker.ts";
import { refusalOf } from "../errors/engine-request-error.ts";
import { readOnce } from "../resources/read-once.ts";
import type { DatedReading } from "../resources/read-once.ts";
import type { ResourceReading } from "../resources/resource-reading.ts";
import { sampleBetween } from "../resources/resource-reading.ts";
import type { Clock } from "../time/clock.ts";
import type { ContainerMetrics } from "./service-metrics.ts";

/** Tells what one container uses whenever it is asked, and looks at it at no other time. */
export class ContainerMeter {
  readonly #id: string;
  readonly #clock: Clock;
  #before: DatedReading | undefined;

  /** @param id - The engine's full id. */
  constructor(id: string, clock: Clock) {
    this.#id = id;
    this.#clock = clock;
  }

  /** What it uses now; nothing when it does not run, or is gone. */
  async read(
    caretaker: Pick<EngineCaretaker, "inspect" | "stats">,
    signal?: AbortSignal,
  ): Promise<ContainerMetrics | undefined> {
    const now = await this.#readNow(caretaker, signal);
    if (now === undefined) return undefined;
    const { startedAtMs, reading } = now;
    const before = this.#before?.startedAtMs === startedAtMs ? this.#before.reading : atStart(now);
    const sample = sampleBetween(before, reading) ?? sampleBetween(atStart(now), reading);
    if (sample === undefined) return undefined; // It has started this very moment.
    this.#before = now;
    return { ...sample, id: this.#id, startedAtMs, uptimeMs: reading.atMs - startedAtMs };
  }

  async #readNow(
    caretaker: Pick<EngineCaretaker, "inspect" | "stats">,
    signal: AbortSignal | undefined,
  ): Promise<DatedReading | undefined> {
    try {
      return await readOnce(caretaker, this.#clock, this.#id, signal);
    } catch (error) {
      if (refusalOf(error) === "not-found") return undefined;
      throw error;
    }
  }
}

/** A container begins with nothing counted. */
function atStart({ startedAtMs, reading }: DatedReading): ResourceReading {
  return { atMs: startedAtMs, cpuUsedMs: 0, memory: reading.memory, disk: reading.disk, interfaces: {} };
}
