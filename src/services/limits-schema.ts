import { z } from "zod";
import { coresIn } from "../spec/cores-in.ts";
import type { ResourceLimits, UlimitName } from "../spec/resource-limits.ts";
import type { DefaultLimits } from "./service-defaults.ts";
import { bytes, cpuCores, memoryBytes, pids } from "./value-schemas.ts";

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

const shape: Readonly<Record<keyof ResourceLimits, z.ZodType>> = {
  cpuCores: cpuCores.optional(),
  cpuSet: z
    .string()
    .refine((set) => coresIn(set) !== undefined, "must name cores, for example `0`, `0-1` or `0,2`")
    .optional(),
  cpuShares: z.number().int().min(2).max(262_144).optional(),
  memoryBytes: memoryBytes.optional(),
  memoryReservationBytes: memoryBytes.optional(),
  swapBytes: z.number().int().nonnegative().optional(),
  swappiness: z.number().int().min(0).max(100).optional(),
  pids: pids.optional(),
  ulimits: z.strictObject(ulimitShape).optional(),
  shmBytes: bytes.optional(),
  disk: z.strictObject({ bytes, by: z.enum(["engine", "monitor"]).optional() }).optional(),
  networkBitsPerSecond: z.union([rate, rates], "must be a number, or an object with `send` and `receive`").optional(),
};

/** How much of the machine a container may use. */
export const limits: z.ZodType = z.union(
  [z.literal(false), z.strictObject(shape).superRefine(refuseContradictions)],
  "must be an object, such as `{ memoryBytes, pids }`, or `false`",
);

const defaultShape: Readonly<Record<keyof DefaultLimits, z.ZodType>> = {
  memoryBytes: z.union([memoryBytes, z.literal(false)]).optional(),
  pids: z.union([pids, z.literal(false)]).optional(),
  cpuCores: z.union([cpuCores, z.literal(false)]).optional(),
};

/** How much of it each container may use whose own options do not say. */
export const defaultLimits: z.ZodType = z.union(
  [z.literal(false), z.strictObject(defaultShape)],
  "must be an object with `memoryBytes`, `pids` or `cpuCores`, or `false`",
);

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
