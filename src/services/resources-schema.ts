import { z } from "zod";
import { resourceMetrics } from "../resources/resource-metric.ts";
import type { ResourceOptions, ResourceRuleTerms } from "../resources/resource-rule.ts";
import { durationMs } from "./value-schemas.ts";

/** Looking oftener tells no more and costs more than what is looked at. */
const LEAST_INTERVAL_MS = 100;

/** The engine's least share of a core. */
const LEAST_CORES = 0.01;

const terms: Readonly<Record<keyof ResourceRuleTerms, z.ZodType>> = {
  metric: z.enum(resourceMetrics),
  above: z.number().nonnegative(),
  forMs: durationMs.optional(),
  cooldownMs: durationMs.optional(),
  maxActions: z.number().int().positive().optional(),
  webhook: z.url({ protocol: /^https?$/, error: "must be an `http:` or `https:` address" }).optional(),
};

const rule = z.discriminatedUnion(
  "action",
  [
    z.strictObject({ action: z.literal("alert"), ...terms }),
    z.strictObject({ action: z.literal("throttle"), toCpuCores: z.number().min(LEAST_CORES), ...terms }),
    z.strictObject({ action: z.literal("restart"), ...terms }),
    z.strictObject({ action: z.literal("kill"), ...terms }),
  ],
  "must be an object whose `action` is `alert`, `throttle`, `restart` or `kill`",
);

const shape: Readonly<Record<keyof ResourceOptions, z.ZodType>> = {
  intervalMs: durationMs.min(LEAST_INTERVAL_MS).optional(),
  rules: z.array(rule).optional(),
};

/** Which of a service's use is watched, and what is done about it. */
export const resources: z.ZodType = z.strictObject(shape);
