import type { ResourceMetric } from "./resource-metric.ts";

/** When a rule acts, and how often. */
export interface ResourceRuleTerms {
  /** What is looked at; its name says the unit. */
  readonly metric: ResourceMetric;
  /** The rule acts on values above this one, in the metric's unit: below 1 where that is a share of the limit. */
  readonly above: number;
  /**
   * For how long the values must have been above without a break, in milliseconds; after an action anew.
   * @default 0
   */
  readonly forMs?: number;
  /**
   * How long after one action the next may follow, in milliseconds.
   * @default 60_000
   */
  readonly cooldownMs?: number;
  /** How often it acts on one container at most; without a limit when absent. */
  readonly maxActions?: number;
  /** An `http:` or `https:` address that what happened is posted to, as JSON; nowhere when absent. */
  readonly webhook?: string;
}

/** A rule that tells everybody who uses the service, and does nothing else. */
export interface AlertRule extends ResourceRuleTerms {
  readonly action: "alert";
}

/** A rule that gives the container less processor time, without restarting it. It stays so. */
export interface ThrottleRule extends ResourceRuleTerms {
  readonly action: "throttle";
  /** The cores that it may use from then on, for example `0.5`; no more than `limits.cpuCores`. */
  readonly toCpuCores: number;
}

/** A rule that restarts the container. What it has in memory is lost. */
export interface RestartRule extends ResourceRuleTerms {
  readonly action: "restart";
}

/** A rule that kills the container. The service has failed then. */
export interface KillRule extends ResourceRuleTerms {
  readonly action: "kill";
}

/** What is done when a container uses too much for too long. Everybody who uses the service is told of every action. */
export type ResourceRule = AlertRule | ThrottleRule | RestartRule | KillRule;

/** Which of a service's use is watched, and what is done about it. */
export interface ResourceOptions {
  /**
   * How often its use is looked at, in milliseconds; every five seconds at least where `limits.disk` is kept that way. From an
   * engine elsewhere, news come once a second.
   * @default 1_000
   */
  readonly intervalMs?: number;
  /**
   * What is done when it uses too much. Without rules, nobody looks.
   * @default []
   */
  readonly rules?: readonly ResourceRule[];
}

/** A rule with every default in place; one that may act any number of times has no `maxActions`. */
export type ResolvedRule = ResourceRule &
  Required<Pick<ResourceRuleTerms, "forMs" | "cooldownMs">> & {
    /** The option whose limit it enforces, for messages; `resources.rules` when absent. */
    readonly option?: string;
  };

/** What is watched, with every default in place. Plain data. */
export interface ResolvedResources {
  /** How often its use is looked at, in milliseconds. */
  readonly intervalMs: number;
  /** What is done when it uses too much. */
  readonly rules: readonly ResolvedRule[];
}

/** Puts every default in place, here and nowhere else. */
export function resolveResources({ intervalMs = 1_000, rules = [] }: ResourceOptions): ResolvedResources {
  return { intervalMs, rules: rules.map(resolveRule) };
}

/** A field that was given as `undefined` does not take its default's place. */
function resolveRule(rule: ResourceRule): ResolvedRule {
  return { ...rule, forMs: rule.forMs ?? 0, cooldownMs: rule.cooldownMs ?? 60_000 };
}
