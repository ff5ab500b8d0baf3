import type { NetworkTraffic } from "../backend/container-backend.ts";

/** Processor time. */
export interface CpuUse {
  /** Cores in use since the sample before, for example `0.5` for half of one. */
  readonly usedCores: number;
  /** The most cores that it may use; absent when it is not limited. */
  readonly limitCores?: number;
  /** All that it has used since it started, in milliseconds of one core. */
  readonly usedMs: number;
}

/** Memory. */
export interface MemoryUse {
  /** What it holds on to, in bytes: without the file cache that the kernel would give up under pressure. */
  readonly workingSetBytes: number;
  /** The most it has held at once since it started, in bytes, file cache included; absent where the kernel does not say. */
  readonly peakBytes?: number;
  /** The most it may hold, in bytes; absent when only the machine's memory is the limit. An engine elsewhere tells that. */
  readonly limitBytes?: number;
}

/** Disks. What is not known is absent, never 0. */
export interface StorageUse {
  /** Bytes that disks have read for it since it started; absent where the kernel does not count them. */
  readonly readBytes?: number;
  /** Bytes that disks have written for it since it started; absent where the kernel does not count them. */
  readonly writtenBytes?: number;
  /** What it holds in directories that are in memory, such as tmpfs mounts and `/dev/shm`, in bytes; absent where the engine tells. */
  readonly tmpfsBytes?: number;
  /** Size of what it has written to its own file system, outside of mounts, in bytes; absent until somebody needs it. */
  readonly layerBytes?: number;
}

/** The network, without what stays inside the container: what went over it since the container started, and how fast. */
export interface NetworkUse extends NetworkTraffic {
  /** Bytes received a second, since the sample before. */
  readonly receivedBytesPerSecond: number;
  /** Bytes sent a second, since the sample before. */
  readonly sentBytesPerSecond: number;
  /** The same since the start, of each interface by its name in the container, such as `eth0`. */
  readonly interfaces: Readonly<Record<string, NetworkTraffic>>;
}

/** Processes and threads. */
export interface PidsUse {
  /** How many there are. */
  readonly current: number;
  /** The most there may be; absent when they are not limited. */
  readonly limit?: number;
  /** How often the kernel refused to make another since the container started; absent where it does not say. */
  readonly refused?: number;
}

/** What a container uses of the machine, seen over the time since the sample before. */
export interface ResourceSample {
  /** When it was seen, in milliseconds since the epoch. */
  readonly atMs: number;
  /** Processor time. */
  readonly cpu: CpuUse;
  /** Memory. */
  readonly memory: MemoryUse;
  /** Disks. */
  readonly disk: StorageUse;
  /** The network; absent of a container that has none of its own. */
  readonly network?: NetworkUse;
  /** Processes and threads; absent where the kernel does not count them. */
  readonly pids?: PidsUse;
}
