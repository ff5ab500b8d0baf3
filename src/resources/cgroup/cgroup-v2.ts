import { defined } from "../../spec/defined.ts";
import type { ResourceReading } from "../resource-reading.ts";
import type { ReadCgroupFile } from "./cgroup-text.ts";
import { coresOf, numberIn, sumOf } from "./cgroup-text.ts";
import { pidsOf } from "./cgroup-v1.ts";

/**
 * The counters of a group of version 2. Nothing when the group is gone.
 * Source: https://docs.kernel.org/admin-guide/cgroup-v2.html
 *
 * @param read - Takes names such as `memory.stat`.
 */
export function readVersion2(read: ReadCgroupFile, atMs: number): ResourceReading | undefined {
  const usedMicroseconds = sumOf(/^usage_usec (\d+)$/gm, read("cpu.stat"));
  const usedBytes = numberIn(read("memory.current"));
  if (usedMicroseconds === undefined || usedBytes === undefined) return undefined;
  const memory = read("memory.stat");
  const traffic = read("io.stat");
  const [quota, period] = (read("cpu.max") ?? "").split(" ");
  return {
    atMs,
    cpuUsedMs: usedMicroseconds / 1e3,
    memory: {
      workingSetBytes: Math.max(0, usedBytes - (sumOf(/^inactive_file (\d+)$/gm, memory) ?? 0)),
      ...defined({ peakBytes: numberIn(read("memory.peak")), limitBytes: numberIn(read("memory.max")) }),
    },
    disk: defined({
      readBytes: sumOf(/ rbytes=(\d+)/g, traffic),
      writtenBytes: sumOf(/ wbytes=(\d+)/g, traffic),
      tmpfsBytes: sumOf(/^shmem (\d+)$/gm, memory),
    }),
    ...defined({ cpuLimitCores: coresOf(numberIn(quota), numberIn(period)), pids: pidsOf(read) }),
  };
}
