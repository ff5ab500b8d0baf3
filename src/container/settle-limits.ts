import type { ContainerBackend } from "../backend/container-backend.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { UnsupportedError } from "../errors/unsupported-error.ts";
import { diskQuotaOf } from "../resources/disk-quota.ts";
import { rateNotEnforced } from "../resources/network-namespace.ts";
import { networkRateProblem, rateConditions } from "../resources/network-rate.ts";
import type { ContainerSpec } from "../spec/container-spec.ts";
import type { DiskLimit } from "../spec/resource-limits.ts";
import { hostOption, sysctlProblem, sysctlsIn } from "../spec/sysctls.ts";

/**
 * Makes sure that everything can be kept that a container's limits say, before it is made, and decides who limits its disk.
 *
 * @throws UnsupportedError when the engine, or this process, cannot keep a limit; ConfigurationError for kernel parameters
 * that no container can have.
 */
export async function settleLimits(
  name: string,
  spec: ContainerSpec,
  backend: ContainerBackend,
  signal: AbortSignal,
): Promise<ContainerSpec> {
  refuseMachineSysctls(name, spec);
  const { limits, engineOptions } = spec;
  if (limits.networkBitsPerSecond !== undefined) {
    const conditions = await rateConditions(backend.engine.isLocal, hostOption(engineOptions, "NetworkMode"));
    const problem = networkRateProblem(conditions);
    if (problem !== undefined) throw rateNotEnforced(name, problem);
  }
  if (limits.swappiness !== undefined) await refuseSwappiness(name, backend, signal);
  if (limits.disk === undefined) return spec;
  return { ...spec, limits: { ...limits, disk: await settleDisk(name, limits.disk, backend, signal) } };
}

/** Customizers may ask for some after all options have been checked. */
function refuseMachineSysctls(name: string, { engineOptions }: ContainerSpec): void {
  const problems = sysctlsIn(engineOptions).flatMap((sysctl) => {
    const message = sysctlProblem(sysctl);
    return message === undefined ? [] : [{ path: `engineOptions.HostConfig.Sysctls.${sysctl}`, message }];
  });
  if (problems.length > 0) throw new ConfigurationError({ origin: name, problems });
}

/** The engine itself would leave it out without a word. */
async function refuseSwappiness(name: string, backend: ContainerBackend, signal: AbortSignal): Promise<void> {
  const { cgroupVersion } = await backend.features(signal);
  if (cgroupVersion === 1) return;
  throw new UnsupportedError(
    `${name} cannot have \`limits.swappiness\`: version 2 of cgroups, which its engine uses, has none. Leave it out, and ` +
      "limit swap by `swapBytes`.",
  );
}

async function settleDisk(
  name: string,
  { bytes, by }: DiskLimit,
  backend: ContainerBackend,
  signal: AbortSignal,
): Promise<DiskLimit> {
  if (by === "monitor") return { bytes, by };
  const quota = await diskQuotaOf(await backend.features(signal), backend.engine.isLocal);
  if (typeof quota === "object" && by === "engine") throw diskNotEnforced(name, quota.problem);
  // Where it is not known and was not asked for, a refusal would be worse than a monitor.
  return { bytes, by: by ?? (quota === "possible" ? "engine" : "monitor") };
}

/** That the engine cannot limit a container's disk, and why. */
export function diskNotEnforced(name: string, reason: string, cause?: unknown): UnsupportedError {
  return new UnsupportedError(
    `${name} cannot have \`limits.disk\` by the engine: ${reason}. With \`by: "monitor"\` it is killed soon after it has ` +
      "written more; a tmpfs mount with `sizeBytes` refuses what is too much.",
    cause,
  );
}
