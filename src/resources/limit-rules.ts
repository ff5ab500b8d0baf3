import type { ResourceLimits } from "../spec/resource-limits.ts";

/** The rule by which a container is killed that has written too much. */
export interface DiskLimitRule {
  /** What was written to its own file system, in bytes. */
  readonly metric: "layerBytes";
  /** The most that it may have written. */
  readonly above: number;
  /** What happens to the container then. */
  readonly action: "kill";
}

/**
 * The rules that enforce what the engine may not. Where the engine limits the disk after all, a container cannot write so much
 * that its rule would act; so whether it does need not be known here.
 */
export function limitRules({ disk }: ResourceLimits): readonly DiskLimitRule[] {
  if (disk === undefined || disk.by === "engine") return [];
  return [{ metric: "layerBytes", above: disk.bytes, action: "kill" }];
}
