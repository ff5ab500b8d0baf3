import type { LimitedResource } from "../errors/resource-error.ts";
import { ResourceError } from "../errors/resource-error.ts";
import { defined } from "../spec/defined.ts";
import type { ResourceMetric } from "./resource-metric.ts";
import type { ResourceSample } from "./resource-sample.ts";
import type { RuleBreach } from "./rule-tracker.ts";

/** In what unit the error tells what a rule has seen. */
interface Told {
  /** What ran out. */
  readonly resource: LimitedResource;
  /** How many of the error's units one of the metric's is; nothing when that is not known. */
  readonly unit: (sample: ResourceSample) => number | undefined;
}

const one = (): number => 1;
const bitsOfByte = (): number => 8;

const told: { readonly [Metric in ResourceMetric]: Told } = {
  cpuCores: { resource: "cpu", unit: one },
  cpuLimitRatio: { resource: "cpu", unit: ({ cpu }) => cpu.limitCores },
  memoryBytes: { resource: "memory", unit: one },
  memoryLimitRatio: { resource: "memory", unit: ({ memory }) => memory.limitBytes },
  layerBytes: { resource: "disk", unit: one },
  receivedBytesPerSecond: { resource: "network", unit: bitsOfByte },
  sentBytesPerSecond: { resource: "network", unit: bitsOfByte },
  pids: { resource: "pids", unit: one },
  pidsLimitRatio: { resource: "pids", unit: ({ pids }) => pids?.limit },
};

/** What a service has failed with that a rule had killed. */
export function ruleError(container: string, { rule, observed, sample }: RuleBreach, logTail: string): ResourceError {
  const { resource, unit } = told[rule.metric];
  const factor = unit(sample);
  const amounts = factor === undefined ? {} : { limit: rule.above * factor, observed: observed * factor };
  return new ResourceError({
    ...{ container, resource, outcome: "killed", option: rule.option ?? "resources.rules", logTail },
    ...defined(amounts),
  });
}
