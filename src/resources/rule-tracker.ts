import { metricIn } from "./resource-metric.ts";
import type { ResolvedRule } from "./resource-rule.ts";
import type { ResourceSample } from "./resource-sample.ts";

/** A rule has to act. */
export interface RuleBreach {
  /** The rule. */
  readonly rule: ResolvedRule;
  /** The metric's value now. */
  readonly observed: number;
  /** Since when it has been above the threshold, in milliseconds since the epoch; after an action since the next sample. */
  readonly sinceMs: number;
  /** The sample that it was seen in. */
  readonly sample: ResourceSample;
}

/** Tells, sample by sample, when a rule has to act on one container. Pure: time is what the samples say. */
export class RuleTracker {
  readonly #rule: ResolvedRule;
  #sinceMs: number | undefined;
  #actedAtMs: number | undefined;
  #actions = 0;

  constructor(rule: ResolvedRule) {
    this.#rule = rule;
  }

  /** Takes a sample, in the order they were made. Tells when the rule has to act now. */
  observe(sample: ResourceSample): RuleBreach | undefined {
    const observed = metricIn(sample, this.#rule.metric);
    if (observed === undefined || observed <= this.#rule.above) {
      this.#sinceMs = undefined;
      return undefined;
    }
    const sinceMs = (this.#sinceMs ??= sample.atMs);
    if (sample.atMs - sinceMs < this.#rule.forMs || !this.#mayActAt(sample.atMs)) return undefined;
    this.#actions += 1;
    this.#actedAtMs = sample.atMs;
    this.#sinceMs = undefined; // What the action has changed must show first.
    return { rule: this.#rule, observed, sinceMs, sample };
  }

  /** Notes that the container has begun another life: what the one before used says nothing of this one. */
  forget(): void {
    this.#sinceMs = undefined;
  }

  #mayActAt(nowMs: number): boolean {
    const { cooldownMs, maxActions } = this.#rule;
    if (maxActions !== undefined && this.#actions >= maxActions) return false;
    return this.#actedAtMs === undefined || nowMs - this.#actedAtMs >= cooldownMs;
  }
}
