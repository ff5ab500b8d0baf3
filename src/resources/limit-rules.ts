import type { ResourceLimits } from "../spec/resource-limits.ts";
import type { ResolvedResources, ResolvedRule } from "./resource-rule.ts";
import { resolveResources } from "./resource-rule.ts";

/**
 * The rules that enforce what the engine may not. Where the engine limits the disk after all, a container cannot write so much
 * that its rule would act; so whether it does need not be known here.
 */
export function limitRules({ disk }: ResourceLimits): readonly ResolvedRule[] {
  if (disk === undefined || disk.by === "engine") return [];
  const { bytes: above } = disk;
  return [{ metric: "layerBytes", above, forMs: 0, cooldownMs: 0, action: "kill", option: "limits.disk" }];
}

/** How far apart looks at a limited disk may be, in milliseconds, however rarely the rest is to be looked at. */
const MAX_INTERVAL_MS = 5_000;

/** What has to be looked at of a container: what was asked for, and what its limits need. */
export function withLimitRules(
  asked: ResolvedResources | undefined,
  limits: ResourceLimits,
): ResolvedResources | undefined {
  const rules = limitRules(limits);
  if (rules.length === 0) return asked;
  const resources = asked ?? resolveResources({});
  const intervalMs = Math.min(resources.intervalMs, MAX_INTERVAL_MS);
  return { intervalMs, rules: [...resources.rules, ...rules] };
}
