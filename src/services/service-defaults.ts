import type { ContainerSpec } from "../spec/container-spec.ts";

/** How much of the machine each container may use whose own `limits` do not say. `false`: as much as there is. */
export interface DefaultLimits {
  /**
   * Memory in bytes, from 6 MiB, without swap.
   * @default 4_294_967_296
   */
  readonly memoryBytes?: number | false;
  /**
   * Number of processes and threads.
   * @default 4_096
   */
  readonly pids?: number | false;
  /**
   * Cores, from 0.01.
   * @default false
   */
  readonly cpuCores?: number | false;
}

/** What the containers of services are whose own options do not say. */
export interface ServiceDefaults extends DefaultLimits {
  /** When their images are fetched. */
  readonly pullPolicy: ContainerSpec["pullPolicy"];
  /** Their time zone, as `TZ`; that of their images when absent. */
  readonly timeZone?: string | undefined;
  /** Their locale, as `LANG` and `LC_ALL`; that of their images when absent. */
  readonly locale?: string | undefined;
}
