import { z } from "zod";
import { coresIn } from "../spec/cores-in.ts";
import type { ResourceLimits, UlimitName } from "../spec/resource-limits.ts";
import { bytes, leastCores } from "./value-schemas.ts";

const ulimitValue = z.number().int().min(-1, "must be -1 (no limit) or more");

const ulimit = z
  .union(
    [ulimitValue, z.strictObject({ soft: ulimitValue, hard: ulimitValue })],
    "must be a number, or an object with `soft` and `hard`",
  )
  .superRefine(refuseSoftAboveHard)
  .optional();

const ulimitShape: Readonly<Record<UlimitName, z.ZodType>> = {
  core: ulimit,
  cpu: ulimit,
  data: ulimit,
  fsize: ulimit,
  locks: ulimit,
  memlock: ulimit,
  msgqueue: ulimit,
  nice: ulimit,
  nofile: ulimit,
  nproc: ulimit,
  rss: ulimit,
  rtprio: ulimit,
  rttime: ulimit,
  sigpending: ulimit,
  stack: ulimit,
};

const rate = z.number().int().min(8_000, "must be at least 8000: a kilobyte each second");

const rates = z
  .strictObject({ send: rate.optional(), receive: rate.optional() })
  .refine(({ send, receive }) => send !== undefined || receive !== undefined, "give `send`, `receive` or both");

const memory = bytes.min(6 * 1024 * 1024, "the engine's least is 6 MiB");

const shape: Readonly<Record<keyof ResourceLimits, z.ZodType>> = {
  cpuCores: z.number().min(leastCores).optional(),
  cpuSet: z
    .string()
    .refine((set) => coresIn(set) !== undefined, "must name cores, for example `0`, `0-1` or `0,2`")
    .optional(),
  cpuShares: z.number().int().min(2).max(262_144).optional(),
  memoryBytes: memory.optional(),
  memoryReservationBytes: memory.optional(),
  swapBytes: z.number().int().nonnegative().optional(),
  swappiness: z.number().int().min(0).max(100).optional(),
  pids: z.number().int().positive().optional(),
  ulimits: z.strictObject(ulimitShape).optional(),
  shmBytes: bytes.optional(),
  disk: z.strictObject({ bytes, by: z.enum(["engine", "monitor"]).optional() }).optional(),
  networkBitsPerSecond: z.union([rate, rates], "must be a number, or an object with `send` and `receive`").optional(),
};

/** How much of the machine a container may use. */
export const limits: z.ZodType = z.strictObject(shape).superRefine(refuseContradictions);

function refuseSoftAboveHard(
  value: number | { readonly soft: number; readonly hard: number },
  context: z.RefinementCtx,
): void {
  if (typeof value === "number" || value.hard === -1) return;
  if (value.soft !== -1 && value.soft <= value.hard) return;
  context.addIssue({ code: "custom", path: ["soft"], message: `must not be above \`hard\`, which is ${value.hard}` });
}

/** What the engine would refuse as late as when the container is made, or would quietly leave out. */
function refuseContradictions(given: object, context: z.RefinementCtx): void {
  const { cpuCores, cpuSet, memoryBytes, memoryReservationBytes, swapBytes } = given as ResourceLimits;
  const refuse = (name: keyof ResourceLimits, message: string): void => {
    context.addIssue({ code: "custom", path: [name], message });
  };
  const cores = cpuSet === undefined ? undefined : coresIn(cpuSet);
  if (cpuCores !== undefined && cores !== undefined && cpuCores > cores.length) {
    refuse("cpuCores", `must not be more than \`cpuSet\` names, which is ${cores.length}`);
  }
  if (swapBytes !== undefined && memoryBytes === undefined) {
    refuse("swapBytes", "is beyond `memoryBytes`, so give that as well");
  }
  if (memoryBytes !== undefined && (memoryReservationBytes ?? 0) > memoryBytes) {
    refuse("memoryReservationBytes", `must not be above \`memoryBytes\`, which is ${memoryBytes}`);
  }
}
