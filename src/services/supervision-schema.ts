import { z } from "zod";
import type { Probe } from "../health/probe.ts";
import { isPlainProbe } from "../health/is-plain-probe.ts";
import { probe } from "./probe-schema.ts";
import type { RestartOptions, SupervisionOptions } from "./supervision-options.ts";
import { durationMs } from "./value-schemas.ts";

const NOT_PLAIN =
  "must be plain data, as it goes on when this process has gone; a probe of your own is for `health` only";

const plainProbe = probe.superRefine((value, context) => {
  // What is no probe at all has been told already.
  if (!isPlainProbe(value as Probe)) context.addIssue({ code: "custom", message: NOT_PLAIN });
});

const atLeastOnce = z.number().int().positive();

const restartShape: Readonly<Record<keyof RestartOptions, z.ZodType>> = {
  maxRestarts: atLeastOnce.optional(),
  delayMs: durationMs.optional(),
  resetAfterMs: durationMs.optional(),
};

const shape: Readonly<Record<keyof SupervisionOptions, z.ZodType>> = {
  intervalMs: durationMs.min(100).optional(),
  timeoutMs: durationMs.positive().optional(),
  failureThreshold: atLeastOnce.optional(),
  successThreshold: atLeastOnce.optional(),
  startPeriodMs: durationMs.optional(),
  readiness: z.union([z.literal(false), plainProbe], "must be a probe, or `false`").optional(),
  liveness: plainProbe.optional(),
  restart: z.union([z.boolean(), z.strictObject(restartShape)], "must be true, false or an object").optional(),
};

/** How a service is watched. */
export const supervision: z.ZodType = z.union([z.boolean(), z.strictObject(shape)], "must be true, false or an object");
