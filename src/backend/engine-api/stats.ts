import { defined } from "../../spec/defined.ts";
import type { ContainerStats, NetworkTraffic } from "../container-backend.ts";

/**
 * The parts that we need of the engine's answer about a container's use. Of one that does not run, the numbers are missing.
 * Source: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerStats
 */
export interface StatsAnswer {
  /** Its memory, in bytes. */
  readonly memory_stats?: {
    readonly usage?: number;
    readonly limit?: number;
    /** Only with cgroup v1. */
    readonly max_usage?: number;
    /** The kernel's own numbers: `total_inactive_file` on cgroup v1, where `inactive_file` leaves out sub-groups. */
    readonly stats?: { readonly inactive_file?: number; readonly total_inactive_file?: number };
  };
  /** Its processor time, in nanoseconds. */
  readonly cpu_stats?: { readonly cpu_usage?: { readonly total_usage?: number } };
  /** Its processes. */
  readonly pids_stats?: { readonly current?: number };
  /** What it read and wrote, by device; null or empty where the kernel does not count. */
  readonly blkio_stats?: { readonly io_service_bytes_recursive?: readonly DeviceTraffic[] | null };
  /** What went over its network interfaces; absent when it has none. */
  readonly networks?: Readonly<Record<string, { readonly rx_bytes: number; readonly tx_bytes: number }>>;
}

interface DeviceTraffic {
  /** `Read` and `Write` among others; in small letters with cgroup v2. */
  readonly op: string;
  readonly value: number;
}

/** What we need of the engine's answer about a container's use. */
export function toStats(answer: StatsAnswer): ContainerStats {
  const { cpu_stats, pids_stats, blkio_stats, networks } = answer;
  const devices = blkio_stats?.io_service_bytes_recursive ?? [];
  return {
    ...memoryOf(answer),
    cpuTimeMs: (cpu_stats?.cpu_usage?.total_usage ?? 0) / 1e6,
    pids: pids_stats?.current ?? 0,
    ...defined({
      diskReadBytes: bytesOf(devices, "read"),
      diskWrittenBytes: bytesOf(devices, "write"),
      networks: networks && trafficOf(networks),
    }),
  };
}

function memoryOf({
  memory_stats: memory = {},
}: StatsAnswer): Pick<ContainerStats, "memoryBytes" | "memoryLimitBytes" | "peakMemoryBytes"> {
  const { usage = 0, limit, max_usage, stats = {} } = memory;
  const reclaimable = stats.total_inactive_file ?? stats.inactive_file ?? 0;
  const memoryBytes = Math.max(0, usage - reclaimable);
  return { memoryBytes, ...defined({ memoryLimitBytes: limit, peakMemoryBytes: max_usage }) };
}

/** Where no device is told of, nobody knows. */
function bytesOf(devices: readonly DeviceTraffic[], operation: string): number | undefined {
  const counted = devices.filter(({ op }) => op.toLowerCase() === operation);
  return counted.length === 0 ? undefined : counted.reduce((sum, { value }) => sum + value, 0);
}

function trafficOf(networks: NonNullable<StatsAnswer["networks"]>): Readonly<Record<string, NetworkTraffic>> {
  return Object.fromEntries(
    Object.entries(networks).map(([name, { rx_bytes, tx_bytes }]) => [
      name,
      { receivedBytes: rx_bytes, sentBytes: tx_bytes },
    ]),
  );
}
