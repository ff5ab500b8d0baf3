import type { EngineCaretaker } from "../backend/engine-caretaker.ts";
import type { Clock } from "../time/clock.ts";
import { openCgroupSource } from "./cgroup/cgroup-source.ts";
import type { ResourceReading } from "./resource-reading.ts";
import { readingOf } from "./stats-stream.ts";

/** The counters of one life of a container, and when that began. */
export interface DatedReading {
  /** When it started, in milliseconds since the epoch. */
  readonly startedAtMs: number;
  /** Its counters. */
  readonly reading: ResourceReading;
}

/**
 * Reads a container's counters once: from the kernel's files where this process can read them, else the engine is asked for one
 * sample.
 *
 * @returns Nothing when the container does not run.
 * @throws EngineRequestError when the engine does not know the container, or does not answer.
 */
export async function readOnce(
  caretaker: Pick<EngineCaretaker, "inspect" | "stats">,
  clock: Clock,
  id: string,
  signal?: AbortSignal,
): Promise<DatedReading | undefined> {
  const { isRunning, pid, startedAtMs } = await caretaker.inspect(id, signal);
  if (!isRunning || startedAtMs === undefined) return undefined;
  using files = pid === undefined ? undefined : openCgroupSource({ id, pid }, clock);
  const reading = files?.read() ?? readingOf(await caretaker.stats(id, signal), clock.now());
  return { startedAtMs, reading };
}
