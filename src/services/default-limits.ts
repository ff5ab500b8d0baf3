import type { Json } from "../spec/container-spec.ts";
import { defined } from "../spec/defined.ts";
import type { ResourceLimits } from "../spec/resource-limits.ts";
import { hostOption } from "../spec/sysctls.ts";
import type { ServiceDefaults } from "./service-defaults.ts";

/** Fields of the engine's own request that say as much as a limit does, so that none is added to them. */
const ownWords = {
  memoryBytes: ["Memory", "MemorySwap", "MemoryReservation"],
  pids: ["PidsLimit"],
  cpuCores: ["NanoCpus", "CpuPeriod", "CpuQuota"],
} as const;

/** The limits of a container: its own and, where those say nothing, those of all. `false` is none at all. */
export function limitsWith(
  own: ResourceLimits | false,
  defaults: ServiceDefaults,
  engineOptions: { readonly [key: string]: Json },
): ResourceLimits {
  if (own === false) return {};
  const ofAll = (name: keyof typeof ownWords): number | undefined => {
    const limit = defaults[name];
    const isSaid = ownWords[name].some((word) => hostOption(engineOptions, word) !== undefined);
    return limit === false || isSaid ? undefined : limit;
  };
  const memoryBytes = ofAll("memoryBytes");
  const { memoryReservationBytes = 0 } = own;
  return {
    ...defined({
      memoryBytes: memoryBytes !== undefined && memoryReservationBytes > memoryBytes ? undefined : memoryBytes,
      pids: ofAll("pids"),
      cpuCores: ofAll("cpuCores"),
    }),
    ...defined(own),
  };
}
