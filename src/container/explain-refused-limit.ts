import { UnsupportedError } from "../errors/unsupported-error.ts";
import type { ContainerSpec } from "../spec/container-spec.ts";
import type { UlimitName } from "../spec/resource-limits.ts";
import { sysctlsIn } from "../spec/sysctls.ts";
import { diskNotEnforced } from "./settle-limits.ts";

/** Limits in the order of the numbers by which runc calls them. Source: include/uapi/asm-generic/resource.h of Linux. */
const numbered: readonly (UlimitName | "as")[] = [
  ...(["cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile", "memlock", "as"] as const),
  ...(["locks", "sigpending", "msgqueue", "nice", "rtprio", "rttime"] as const),
];

/** What the engine means when it cannot set a limit, although nothing was known against it; `undefined` for anything else. */
export function explainRefusedLimit(
  name: string,
  spec: ContainerSpec,
  reason: string,
  cause: unknown,
): UnsupportedError | undefined {
  if (spec.limits.disk?.by === "engine" && /storage-opt|quota/i.test(reason)) {
    return diskNotEnforced(name, `it says "${reason}"`, cause);
  }
  const problem = ulimitProblem(spec, reason) ?? refusedSysctl(spec, reason);
  return problem === undefined ? undefined : new UnsupportedError(`${name} cannot have ${problem}`, cause);
}

/** The words are those of runc, or of crun. */
function ulimitProblem({ limits: { ulimits = {} } }: ContainerSpec, reason: string): string | undefined {
  const [, number, word] =
    /rlimit type (\d+): operation not permitted|RLIMIT_(\w+)`?: operation not permitted/i.exec(reason) ?? [];
  const refused = number === undefined ? word?.toLowerCase() : numbered[Number(number)];
  const [own, limit] = Object.entries(ulimits).find(([one]) => one === refused) ?? [];
  if (own === undefined || limit === undefined) return undefined;
  const hard = typeof limit === "number" ? limit : limit.hard;
  return (
    `\`limits.ulimits.${own}\` of ${hard}: that is above the hard limit of the engine itself, which it cannot exceed. Lower ` +
    `it, or raise the engine's (Limit${own.toUpperCase()}= of its systemd unit).`
  );
}

function refusedSysctl({ engineOptions }: ContainerSpec, reason: string): string | undefined {
  const sysctl = sysctlsIn(engineOptions).find((one) => reason.includes(`/proc/sys/${one.replaceAll(".", "/")}`));
  return sysctl && `\`engineOptions.HostConfig.Sysctls.${sysctl}\` of its own: ${reason}`;
}
