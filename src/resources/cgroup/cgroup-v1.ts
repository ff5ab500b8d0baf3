import { defined } from "../../spec/defined.ts";
import type { ResourceReading } from "../resource-reading.ts";
import type { ReadCgroupFile } from "./cgroup-text.ts";
import { coresOf, numberIn, sumOf } from "./cgroup-text.ts";

/**
 * The counters of a group of version 1, whose files are named after their controller. Nothing when the group is gone.
 * Source: https://docs.kernel.org/admin-guide/cgroup-v1/index.html
 *
 * @param read - Takes names such as `memory.stat`; the part before the first dot is the controller.
 */
export function readVersion1(read: ReadCgroupFile, atMs: number): ResourceReading | undefined {
  const usedNanoseconds = numberIn(read("cpuacct.usage"));
  const usedBytes = numberIn(read("memory.usage_in_bytes"));
  if (usedNanoseconds === undefined || usedBytes === undefined) return undefined;
  const memory = read("memory.stat");
  const traffic = read("blkio.throttle.io_service_bytes");
  const quota = coresOf(numberIn(read("cpu.cfs_quota_us")), numberIn(read("cpu.cfs_period_us")));
  return {
    atMs,
    cpuUsedMs: usedNanoseconds / 1e6,
    memory: {
      workingSetBytes: Math.max(0, usedBytes - (sumOf(/^total_inactive_file (\d+)$/gm, memory) ?? 0)),
      ...defined({
        peakBytes: numberIn(read("memory.max_usage_in_bytes")),
        limitBytes: sumOf(/^hierarchical_memory_limit (\d+)$/gm, memory),
      }),
    },
    disk: defined({
      readBytes: sumOf(/^\d+:\d+ Read (\d+)$/gm, traffic),
      writtenBytes: sumOf(/^\d+:\d+ Write (\d+)$/gm, traffic),
      tmpfsBytes: sumOf(/^total_shmem (\d+)$/gm, memory),
    }),
    ...defined({ cpuLimitCores: quota, pids: pidsOf(read) }),
  };
}

/** Both versions have the same files for processes. */
export function pidsOf(read: ReadCgroupFile): ResourceReading["pids"] {
  const current = numberIn(read("pids.current"));
  if (current === undefined) return undefined;
  const refused = sumOf(/^max (\d+)$/gm, read("pids.events"));
  return { current, ...defined({ limit: numberIn(read("pids.max")), refused }) };
}
