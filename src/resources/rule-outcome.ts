import type { ErrorData } from "../errors/error-data.ts";
import { defined } from "../spec/defined.ts";
import type { ResourceMetric } from "./resource-metric.ts";
import type { ResourceRule } from "./resource-rule.ts";
import type { RuleBreach } from "./rule-tracker.ts";

/** What a rule has seen and done. Plain data. */
export interface RuleOutcome {
  /** When it was seen, in milliseconds since the epoch. */
  readonly atMs: number;
  /** What the rule is on. */
  readonly metric: ResourceMetric;
  /** Its threshold, in the metric's unit. */
  readonly above: number;
  /** What was seen, in the metric's unit. */
  readonly observed: number;
  /** Since when it was above the threshold, in milliseconds since the epoch. */
  readonly sinceMs: number;
  /** What the rule does. */
  readonly action: ResourceRule["action"];
  /** Why that could not be done; absent when it was. */
  readonly error?: ErrorData;
}

/** What everybody is told of a rule that has acted. */
export function outcomeOf({ rule, observed, sinceMs, sample }: RuleBreach, error?: ErrorData): RuleOutcome {
  const { metric, above, action } = rule;
  return { atMs: sample.atMs, metric, above, observed, sinceMs, action, ...defined({ error }) };
}
