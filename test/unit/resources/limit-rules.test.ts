import { expect, test } from "vitest";
import { limitRules, withLimitRules } from "../../../src/resources/limit-rules.ts";
import { resolveResources } from "../../../src/resources/resource-rule.ts";

test("a disk that the engine may not limit is limited by a rule", () => {
  const terms = { forMs: 0, cooldownMs: 0, option: "limits.disk" };
  const rule = { metric: "layerBytes", above: 1_000, action: "kill", ...terms };

  expect(limitRules({ disk: { bytes: 1_000 } })).toEqual([rule]);
  expect(limitRules({ disk: { bytes: 1_000, by: "monitor" } })).toEqual([rule]);
  expect(limitRules({ disk: { bytes: 1_000, by: "engine" } })).toEqual([]);
  expect(limitRules({ memoryBytes: 1_000 })).toEqual([]);
});

test("what limits need is looked at besides what was asked for", () => {
  const asked = resolveResources({ intervalMs: 200, rules: [{ metric: "pids", above: 5, action: "alert" }] });
  const limits = { disk: { bytes: 1_000 } };

  expect(withLimitRules(asked, {})).toBe(asked);
  expect(withLimitRules(undefined, {})).toBeUndefined();
  expect(withLimitRules(asked, limits)).toEqual({ ...asked, rules: [...asked.rules, ...limitRules(limits)] });
  expect(withLimitRules({ ...asked, intervalMs: 600_000 }, limits)?.intervalMs).toBe(5_000);
  expect(withLimitRules(undefined, limits)).toEqual({ intervalMs: 1_000, rules: limitRules(limits) });
});
