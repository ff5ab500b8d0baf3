/** The least memory that engines give a container, in bytes. */
export const LEAST_MEMORY_BYTES: number = 6 * 1024 * 1024;

/** The least share of a core that the kernel can see to: a millisecond in every tenth of a second. */
export const LEAST_CPU_CORES = 0.01;

/** A limit that the kernel puts on each process. `-1` is none. */
export interface Ulimit {
  /** What holds; a process may raise it itself, up to `hard`. */
  readonly soft: number;
  /** The most that it may be raised to. */
  readonly hard: number;
}

/** What the kernel limits for each process, by the names of `setrlimit(2)`. */
export type UlimitName =
  | "core"
  | "cpu"
  | "data"
  | "fsize"
  | "locks"
  | "memlock"
  | "msgqueue"
  | "nice"
  | "nofile"
  | "nproc"
  | "rss"
  | "rtprio"
  | "rttime"
  | "sigpending"
  | "stack";

/** How much a container may write to its own file system: what is in mounts does not count. */
export interface DiskLimit {
  /** The most, in bytes, above what its image holds. */
  readonly bytes: number;
  /**
   * Who sees to it. `engine`: a write beyond it fails with "No space left on device"; few storage drivers can do that.
   * `monitor`: the container is killed soon after it has written more.
   * @default "engine" where the engine's storage driver can, otherwise "monitor"
   */
  readonly by?: "engine" | "monitor";
}

/** How fast a container may be on its networks, in bits per second each way. */
export interface NetworkRates {
  /** What it sends; unlimited when absent. */
  readonly send?: number;
  /** What it receives; unlimited when absent. */
  readonly receive?: number;
}

/** How much of the machine a container may use. */
export interface ResourceLimits {
  /** Cores, for example `0.5`, from 0.01: as much of their time as it may have in every tenth of a second; unlimited when absent. */
  readonly cpuCores?: number;
  /** Which cores it runs on, for example `0`, `0-1` or `0,2`; every one when absent. */
  readonly cpuSet?: string;
  /** Its weight, from 2 to 262144, where several containers want the same core; the engine's default (1024) when absent. */
  readonly cpuShares?: number;
  /** Memory in bytes, from 6 MiB; unlimited when absent. */
  readonly memoryBytes?: number;
  /** Memory in bytes, from 6 MiB, that it is pushed back to when the machine runs short; no more than `memoryBytes`. */
  readonly memoryReservationBytes?: number;
  /**
   * Swap in bytes, beyond `memoryBytes`, which must be there.
   * @default 0
   */
  readonly swapBytes?: number;
  /** How readily its memory is swapped out, from 0 to 100; the machine's own when absent. Only with version 1 of cgroups. */
  readonly swappiness?: number;
  /** Number of processes and threads; unlimited when absent. */
  readonly pids?: number;
  /** Limits on each of its processes, soft and hard ones alike where there is one number; the engine's own when absent. */
  readonly ulimits?: Readonly<Partial<Record<UlimitName, number | Ulimit>>>;
  /** Size of `/dev/shm` in bytes; the engine's default (64 MiB) when absent. */
  readonly shmBytes?: number;
  /** What it may write to its own file system; unlimited when absent. */
  readonly disk?: DiskLimit;
  /**
   * How fast it may be on its networks, in bits per second, the same each way where there is one number; unlimited when absent.
   * Needs an engine on this machine and a process that may set up its networks, such as one of root.
   */
  readonly networkBitsPerSecond?: number | NetworkRates;
}
