import fc from "fast-check";
import { expect, test } from "vitest";
import { metricIn, resourceMetrics } from "../../../src/resources/resource-metric.ts";
import type { ResourceRule } from "../../../src/resources/resource-rule.ts";
import { resolveResources } from "../../../src/resources/resource-rule.ts";
import type { ResourceSample } from "../../../src/resources/resource-sample.ts";
import { RuleTracker } from "../../../src/resources/rule-tracker.ts";

const alert: ResourceRule = { metric: "memoryBytes", above: 100, action: "alert" };

test("acts on what is above, not on what is just there", () => {
  expect(actionsOf(alert, [[0, 100]])).toEqual([]);
  expect(actionsOf(alert, [[0, 101]])).toEqual([0]);
});

test("acts once in a cooldown, and again after it while the value stays above", () => {
  const samples = everySecond(0, 10, 200);

  expect(actionsOf({ ...alert, cooldownMs: 4_000 }, samples)).toEqual([0, 4_000, 8_000]);
});

test("acts only after so long without a break", () => {
  const rule = { ...alert, forMs: 2_000, cooldownMs: 0 };
  const broken = [...everySecond(0, 2, 200), [2_000, 100] as const, ...everySecond(3, 6, 200)];

  expect(actionsOf(rule, broken)).toEqual([5_000]);
});

test("after an action, the time above begins anew", () => {
  const rule = { ...alert, forMs: 2_000, cooldownMs: 0 };

  expect(actionsOf(rule, everySecond(0, 6, 200))).toEqual([2_000, 5_000]);
});

test("a value that is not known is a break", () => {
  const tracker = trackerOf({ metric: "layerBytes", above: 1, forMs: 1_000, action: "alert" });

  expect(tracker.observe(sample(0, 0, 5))).toBeUndefined();
  expect(tracker.observe(sample(1_000, 0))).toBeUndefined();
  expect(tracker.observe(sample(2_000, 0, 5))).toBeUndefined();
  expect(tracker.observe(sample(3_000, 0, 5))).toMatchObject({ observed: 5, sinceMs: 2_000 });
});

test("another life of the container is a break", () => {
  const tracker = trackerOf({ ...alert, forMs: 1_000 });
  tracker.observe(sample(0, 200));
  tracker.forget();

  expect(tracker.observe(sample(1_000, 200))).toBeUndefined();
  expect(tracker.observe(sample(2_000, 200))).toBeDefined();
});

test("acts no oftener than it may, never below the threshold, and never twice within a cooldown", () => {
  const steps = fc.array(fc.record({ afterMs: fc.integer({ min: 1, max: 3_000 }), used: fc.nat(200) }));
  const terms = fc.record({ forMs: fc.nat(4_000), cooldownMs: fc.nat(5_000), maxActions: fc.nat(4) });
  fc.assert(
    fc.property(steps, terms, (walk, { forMs, cooldownMs, maxActions }) => {
      let atMs = 0;
      const samples = walk.map(({ afterMs, used }) => [(atMs += afterMs), used] as const);

      const acted = actionsOf({ ...alert, forMs, cooldownMs, maxActions }, samples);

      expect(acted.length).toBeLessThanOrEqual(maxActions);
      for (const [index, actedAtMs] of acted.entries()) {
        const former = acted[index - 1] ?? -Infinity;
        expect(actedAtMs - former).toBeGreaterThanOrEqual(cooldownMs);
        const seen = samples.filter(([seenAtMs]) => seenAtMs <= actedAtMs);
        const below = seen.findLast(([, used]) => used <= 100)?.[0] ?? -Infinity;
        const above = seen.find(([seenAtMs, used]) => used > 100 && seenAtMs > Math.max(below, former))?.[0];
        expect(actedAtMs - (above ?? Infinity)).toBeGreaterThanOrEqual(forMs);
      }
    }),
  );
});

test("every metric is what its name says", () => {
  const full: ResourceSample = {
    atMs: 0,
    cpu: { usedCores: 0.25, usedMs: 1, limitCores: 0.5 },
    memory: { workingSetBytes: 30, limitBytes: 40 },
    disk: { layerBytes: 9 },
    network: {
      receivedBytes: 1,
      sentBytes: 2,
      receivedBytesPerSecond: 3,
      sentBytesPerSecond: 4,
      interfaces: {},
    },
    pids: { current: 5, limit: 20 },
  };

  expect(Object.fromEntries(resourceMetrics.map((metric) => [metric, metricIn(full, metric)]))).toEqual({
    cpuCores: 0.25,
    cpuLimitRatio: 0.5,
    memoryBytes: 30,
    memoryLimitRatio: 0.75,
    layerBytes: 9,
    receivedBytesPerSecond: 3,
    sentBytesPerSecond: 4,
    pids: 5,
    pidsLimitRatio: 0.25,
  });
});

test("what is not known or not limited has no value", () => {
  const unknown = resourceMetrics.filter((metric) => metricIn(sample(0, 1), metric) === undefined);

  expect(unknown).toEqual(resourceMetrics.filter((metric) => !["cpuCores", "memoryBytes"].includes(metric)));
});

test("every default is in place, also of what was given as undefined", () => {
  const given = { ...alert, forMs: undefined } as unknown as ResourceRule;

  expect(resolveResources({ rules: [given] })).toEqual({
    intervalMs: 1_000,
    rules: [{ ...alert, forMs: 0, cooldownMs: 60_000 }],
  });
});

function trackerOf(rule: ResourceRule): RuleTracker {
  const [resolved] = resolveResources({ rules: [rule] }).rules;
  return new RuleTracker(resolved!);
}

/** When a rule acts on a container whose memory is so and so at these times. */
function actionsOf(rule: ResourceRule, samples: readonly (readonly [atMs: number, used: number])[]): readonly number[] {
  const tracker = trackerOf(rule);
  return samples.flatMap(([atMs, used]) => (tracker.observe(sample(atMs, used)) === undefined ? [] : [atMs]));
}

function everySecond(from: number, until: number, used: number): readonly (readonly [number, number])[] {
  return Array.from({ length: until - from }, (_, index) => [(from + index) * 1_000, used] as const);
}

function sample(atMs: number, workingSetBytes: number, layerBytes?: number): ResourceSample {
  const disk = layerBytes === undefined ? {} : { layerBytes };
  return { atMs, cpu: { usedCores: 0, usedMs: 0 }, memory: { workingSetBytes }, disk };
}
