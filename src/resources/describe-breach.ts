import type { RuleBreach } from "./rule-tracker.ts";

/** What a rule is about, in words. */
export function describeBreach({ rule, observed, sinceMs, sample }: RuleBreach): string {
  const lastedMs = Math.round(sample.atMs - sinceMs);
  const lasting = lastedMs > 0 ? ` for ${lastedMs} ms` : "";
  return `its ${rule.metric} was ${Math.round(observed * 1_000) / 1_000}, above ${rule.above}${lasting}`;
}
