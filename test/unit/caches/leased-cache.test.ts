import { array, assert, constantFrom, nat, option, property, record } from "fast-check";
import { LRUCache } from "lru-cache";
import { describe, expect, test } from "vitest";
import type { EvictionPolicyName } from "../../../src/caches/eviction-policy.ts";
import { evictionPolicies } from "../../../src/caches/eviction-policy.ts";
import { LeasedCache } from "../../../src/caches/leased-cache.ts";
import { resolveSettings, valuesOf } from "../../../src/config/settings.ts";
import { refuseOwnPolicies } from "../../../src/environment/refuse-own-policies.ts";
import { LifecycleError } from "../../../src/index.ts";
import { ManualClock } from "../../../src/testing/index.ts";
import { CacheModel } from "./model.ts";

const TTL_MS = 40;
const names = Object.keys(evictionPolicies) as EvictionPolicyName[];

const step = record({
  what: constantFrom("get", "get", "set", "release", "delete", "wait"),
  key: nat({ max: 9 }).map((number) => `k${number}`),
  user: option(constantFrom("ann", "bob"), { nil: undefined }),
  waitMs: nat({ max: 9 }),
});

describe.for(names)("a cache whose policy is %s", (name) => {
  test("does what the model does, in 10 000 random steps; what is in use stays", async () => {
    let steps = 0;
    const run = property(array(step, { maxLength: 500, size: "max" }), (plan) => {
      let nowMs = 0;
      const left: string[] = [];
      const held = new Set<string>();
      const model = new CacheModel(name, 4, TTL_MS);
      const cache = new LeasedCache<string>({
        limits: { policy: evictionPolicies[name], maxEntries: 4, ttlMs: TTL_MS },
        clock: { now: () => nowMs },
        onEvict: (key, value, reason) => {
          expect(value).toBe(`value of ${key}`);
          expect([...held].some((use) => use.startsWith(`${key} `))).toBe(false);
          left.push(`${key} ${reason}`);
        },
      });
      for (const { what, key, user, waitMs } of plan) {
        steps += 1;
        if (what === "wait") nowMs += waitMs;
        else if (what === "get") {
          const isThere = model.get(key, user, nowMs);
          expect(cache.get(key, user) !== undefined).toBe(isThere);
          if (isThere && user !== undefined) held.add(`${key} ${user}`);
        } else if (what === "set") {
          const isPossible = model.set(key, user, nowMs);
          if (isPossible) cache.set(key, `value of ${key}`, user);
          else expect(() => cache.set(key, "another", user)).toThrow(LifecycleError);
          if (isPossible && user !== undefined) held.add(`${key} ${user}`);
        } else if (what === "release") {
          held.delete(`${key} ${user ?? "ann"}`);
          cache.release(key, user ?? "ann");
          model.release(key, user ?? "ann", nowMs);
        } else {
          cache.delete(key);
          model.delete(key);
        }
        expect(left).toEqual(model.left);
        expect([...cache.keys].toSorted()).toEqual(model.entries.map((entry) => entry.key).toSorted());
        const { hits, misses, ratio, size, evictions } = cache.stats();
        expect({ hits, misses, size }).toEqual({ hits: model.hits, misses: model.misses, size: model.entries.length });
        expect(ratio).toBe(hits + misses === 0 ? 0 : hits / (hits + misses));
        expect(Object.values(evictions).reduce((sum, count) => sum + count, 0)).toBe(left.length);
      }
    });

    assert(run, { numRuns: 100 });

    expect(steps).toBeGreaterThanOrEqual(10_000);
  });
});

test("lru without leases does what the package lru-cache does, in 10 000 random steps", () => {
  let steps = 0;
  const run = property(array(step, { maxLength: 500, size: "max" }), (plan) => {
    const left: string[] = [];
    const expected: string[] = [];
    const cache = new LeasedCache<string>({
      limits: { policy: evictionPolicies.lru, maxEntries: 4 },
      clock: { now: () => 0 },
      onEvict: (key, _value, reason) => left.push(`${key} ${reason}`),
    });
    const reasons = { evict: "capacity", set: "replaced", delete: "deleted", expire: "expired", fetch: "fetch" };
    const oracle = new LRUCache<string, string>({
      max: 4,
      dispose: (_value, key, reason) => expected.push(`${key} ${reasons[reason]}`),
    });
    for (const [number, { what, key }] of plan.entries()) {
      steps += 1;
      if (what === "set") {
        cache.set(key, `${number}`);
        oracle.set(key, `${number}`);
      } else if (what === "delete") {
        cache.delete(key);
        oracle.delete(key);
      } else expect(cache.get(key)).toBe(oracle.get(key));
      expect(left).toEqual(expected);
    }
  });

  assert(run, { numRuns: 100 });

  expect(steps).toBeGreaterThanOrEqual(10_000);
});

test("any policy will do that compares two entries", () => {
  const left: string[] = [];
  const cache = new LeasedCache<number>({
    // The one used most often goes: of no use but to show that it is asked.
    limits: { policy: { name: "most-used", compare: (a, b) => b.uses - a.uses }, maxEntries: 2 },
    clock: new ManualClock(),
    onEvict: (key) => left.push(key),
  });
  cache.set("a", 1);
  cache.set("b", 2);
  cache.get("b");

  cache.set("c", 3);

  expect(left).toEqual(["b"]);
});

test("limits that change hold at once, but not for what is in use", () => {
  const left: string[] = [];
  const cache = new LeasedCache<number>({
    limits: { policy: evictionPolicies.lru, maxEntries: 4 },
    clock: new ManualClock(),
    onEvict: (key) => left.push(key),
  });
  for (const key of ["a", "b", "c"]) cache.set(key, 0, key === "a" ? "somebody" : undefined);

  cache.limit({ policy: evictionPolicies.mru, maxEntries: 1 });

  expect(left).toEqual(["c", "b"]);
  expect(cache.isInUse("a")).toBe(true);
});

describe("a policy of one's own", () => {
  const config = {
    services: {},
    caches: { containers: { policy: { name: "oldest", compare: () => 0 } } },
  };

  test("is taken within one process", () => {
    expect(() => {
      refuseOwnPolicies(valuesOf(resolveSettings({ ...config, coordination: "in-process" })), "The configuration");
    }).not.toThrow();
  });

  test("is refused where services are shared, as the coordinator runs no code of its users", () => {
    expect(() => {
      refuseOwnPolicies(valuesOf(resolveSettings({ ...config, coordination: "shared" })), "The configuration");
    }).toThrow(
      "The configuration is not valid:\n" +
        '  caches.containers.policy: a policy of your own needs `coordination: "in-process"`; otherwise give "lru", "mru", "lfu" or ' +
        '"ttl"',
    );
  });
});
