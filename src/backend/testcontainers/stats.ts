import { defined } from "../../spec/defined.ts";
import type { ContainerStats } from "../container-backend.ts";

/**
 * The parts that we need of the engine's answer about a container's use. Of one that does not run, the numbers are missing.
 * Source: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerStats
 */
export interface StatsAnswer {
  /** Its memory, in bytes. */
  readonly memory_stats?: {
    readonly usage?: number;
    readonly limit?: number;
    /** The kernel's own numbers: `total_inactive_file` on cgroup v1, where `inactive_file` leaves out sub-groups. */
    readonly stats?: { readonly inactive_file?: number; readonly total_inactive_file?: number };
  };
  /** Its processor time, in nanoseconds. */
  readonly cpu_stats?: { readonly cpu_usage?: { readonly total_usage?: number } };
  /** Its processes. */
  readonly pids_stats?: { readonly current?: number };
}

/** What we need of the engine's answer about a container's use. */
export function toStats({ memory_stats: memory = {}, cpu_stats, pids_stats }: StatsAnswer): ContainerStats {
  const { usage = 0, limit, stats = {} } = memory;
  const reclaimable = stats.total_inactive_file ?? stats.inactive_file ?? 0;
  return {
    memoryBytes: Math.max(0, usage - reclaimable),
    ...defined({ memoryLimitBytes: limit }),
    cpuTimeMs: (cpu_stats?.cpu_usage?.total_usage ?? 0) / 1e6,
    pids: pids_stats?.current ?? 0,
  };
}
