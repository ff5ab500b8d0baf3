import { z } from "zod";
import { resourceMetrics } from "../resources/resource-metric.ts";
import type { ResourceOptions, ResourceRuleTerms } from "../resources/resource-rule.ts";
import type { ServiceOptions } from "./service-options.ts";
import { cpuCores, durationMs } from "./value-schemas.ts";

/** Looking oftener tells no more and costs more than what is looked at. */
const LEAST_INTERVAL_MS = 100;

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
    z.strictObject({ action: z.literal("throttle"), toCpuCores: cpuCores, ...terms }),
    z.strictObject({ action: z.literal("restart"), ...terms }),
    z.strictObject({ action: z.literal("kill"), ...terms }),
  ],
  "must be an object whose `action` is `alert`, `throttle`, `restart` or `kill`",
);

const shape: Readonly<Record<keyof ResourceOptions, z.ZodType>> = {
  intervalMs: durationMs.min(LEAST_INTERVAL_MS).optional(),
  rules: z.array(rule.superRefine(refuseRatioOfNoUse)).optional(),
};

/** Which of a service's use is watched, and what is done about it. */
export const resources: z.ZodType = z.strictObject(shape);

/** A share of the limit that is never exceeded; 90 may have been meant as per cent. */
function refuseRatioOfNoUse(given: object, context: z.RefinementCtx): void {
  const { metric, above } = given as ResourceRuleTerms;
  if (!metric.endsWith("Ratio") || above < 1) return;
  context.addIssue({ code: "custom", path: ["above"], message: "must be a share of the limit, below 1" });
}

/** What throttles a container must not let it have more than its limit does. */
export function refuseLooseThrottle(options: object, context: z.RefinementCtx): void {
  const { limits = {}, resources: { rules = [] } = {} } = options as ServiceOptions;
  if (limits === false || limits.cpuCores === undefined) return;
  for (const [index, one] of rules.entries()) {
    if (one.action !== "throttle" || one.toCpuCores <= limits.cpuCores) continue;
    const message = `must not be above \`limits.cpuCores\`, which is ${limits.cpuCores}`;
    context.addIssue({ code: "custom", path: ["resources", "rules", index, "toCpuCores"], message });
  }
}
