import { ProbeError } from "../errors/probe-error.ts";
import { UnsupportedError } from "../errors/unsupported-error.ts";
import { percent } from "./percent.ts";
import type { MemoryProbe, ProbeTarget } from "./probe.ts";

/** One attempt of a memory probe. */
export async function checkMemory(
  { maxUsedRatio = 0.9 }: MemoryProbe,
  target: ProbeTarget,
  signal: AbortSignal,
): Promise<void> {
  const { memoryBytes, memoryLimitBytes = 0 } = await target.stats(signal);
  if (memoryLimitBytes === 0)
    throw new UnsupportedError("The engine does not tell how much memory the container may use.");
  const ratio = memoryBytes / memoryLimitBytes;
  if (ratio > maxUsedRatio) {
    throw new ProbeError(`${percent(ratio)} of the memory is used, at most ${percent(maxUsedRatio)} may be`);
  }
}
