import type { ResourceSample } from "./resource-sample.ts";

/** What a threshold can be on. What is not known of a container, or not limited, is below every threshold. */
export type ResourceMetric =
  /** Cores in use. */
  | "cpuCores"
  /** Cores in use, as a share of the limit: 1 is all of it. */
  | "cpuLimitRatio"
  /** The working set, in bytes. */
  | "memoryBytes"
  /** The working set, as a share of the limit. */
  | "memoryLimitRatio"
  /** What was written to the container's own file system, in bytes. */
  | "layerBytes"
  /** Bytes that the network brought in a second. */
  | "receivedBytesPerSecond"
  /** Bytes that went out over the network in a second. */
  | "sentBytesPerSecond"
  /** Processes and threads. */
  | "pids"
  /** Processes and threads, as a share of the limit. */
  | "pidsLimitRatio";

const values: { readonly [Metric in ResourceMetric]: (sample: ResourceSample) => number | undefined } = {
  cpuCores: ({ cpu }) => cpu.usedCores,
  cpuLimitRatio: ({ cpu }) => ratio(cpu.usedCores, cpu.limitCores),
  memoryBytes: ({ memory }) => memory.workingSetBytes,
  memoryLimitRatio: ({ memory }) => ratio(memory.workingSetBytes, memory.limitBytes),
  layerBytes: ({ disk }) => disk.layerBytes,
  receivedBytesPerSecond: ({ network }) => network?.receivedBytesPerSecond,
  sentBytesPerSecond: ({ network }) => network?.sentBytesPerSecond,
  pids: ({ pids }) => pids?.current,
  pidsLimitRatio: ({ pids }) => ratio(pids?.current, pids?.limit),
};

/** Every metric's name. */
export const resourceMetrics: readonly ResourceMetric[] = Object.keys(values) as ResourceMetric[];

/** A metric's value in a sample; nothing when it is not known. */
export function metricIn(sample: ResourceSample, metric: ResourceMetric): number | undefined {
  return values[metric](sample);
}

function ratio(used: number | undefined, limit: number | undefined): number | undefined {
  return used === undefined || limit === undefined ? undefined : used / limit;
}
