import type { ContainerStats } from "../backend/container-backend.ts";
import type { EngineCaretaker } from "../backend/engine-caretaker.ts";
import { defined } from "../spec/defined.ts";
import type { Clock } from "../time/clock.ts";
import type { ReadingSource } from "./reading-source.ts";
import type { ResourceReading } from "./resource-reading.ts";

/** Takes a container's counters from the engine, which tells them once a second of its own accord, and is never asked. */
export class StatsStream implements ReadingSource {
  /** Whether the container has ended, or the engine told no more. */
  hasEnded = false;
  readonly #clock: Clock;
  readonly #closed = new AbortController();
  #last: ResourceReading | undefined;

  constructor(caretaker: Pick<EngineCaretaker, "streamStats">, id: string, clock: Clock) {
    this.#clock = clock;
    const end = (): void => {
      this.hasEnded = true;
    };
    // Why it was cut does not matter: whoever still wants samples asks the engine what has become of the container.
    void caretaker.streamStats(id, this.#take.bind(this), this.#closed.signal).then(end, end);
  }

  /** What the engine told last. */
  read(): ResourceReading | undefined {
    return this.hasEnded ? undefined : this.#last;
  }

  /** Ends the stream. */
  [Symbol.dispose](): void {
    this.hasEnded = true;
    this.#closed.abort();
  }

  /** The engine goes on telling of a container that has stopped, that it has nothing. */
  #take(stats: ContainerStats): void {
    if (stats.pids === 0) this.hasEnded = true;
    else this.#last = readingOf(stats, this.#clock.now());
  }
}

/** The counters that the engine has told. */
export function readingOf(stats: ContainerStats, atMs: number): ResourceReading {
  const { memoryBytes, memoryLimitBytes, peakMemoryBytes, diskReadBytes, diskWrittenBytes, networks } = stats;
  return {
    atMs,
    cpuUsedMs: stats.cpuTimeMs,
    memory: {
      workingSetBytes: memoryBytes,
      ...defined({ peakBytes: peakMemoryBytes, limitBytes: memoryLimitBytes }),
    },
    disk: defined({ readBytes: diskReadBytes, writtenBytes: diskWrittenBytes }),
    ...defined({ interfaces: networks }),
    pids: { current: stats.pids },
  };
}
