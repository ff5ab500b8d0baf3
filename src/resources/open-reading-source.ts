import type { EngineCaretaker } from "../backend/engine-caretaker.ts";
import type { Clock } from "../time/clock.ts";
import { openCgroupSource } from "./cgroup/cgroup-source.ts";
import type { ReadingSource } from "./reading-source.ts";
import { StatsStream } from "./stats-stream.ts";

/**
 * Opens the cheapest source of a container's counters: the kernel's files where this process can read them, else a stream of
 * the engine's. The caller owns it.
 *
 * @returns Nothing when the container does not run.
 * @throws EngineRequestError when the engine does not know the container, or does not answer.
 */
export async function openReadingSource(
  caretaker: Pick<EngineCaretaker, "inspect" | "streamStats">,
  clock: Clock,
  id: string,
  signal?: AbortSignal,
): Promise<ReadingSource | undefined> {
  const { isRunning, pid } = await caretaker.inspect(id, signal);
  if (!isRunning) return undefined;
  const files = pid === undefined ? undefined : openCgroupSource({ id, pid }, clock);
  return files ?? new StatsStream(caretaker, id, clock);
}
