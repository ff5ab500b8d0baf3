import { array, assert, boolean, integer, property } from "fast-check";
import { describe, expect, test } from "vitest";
import type { HealthResult, HealthStatus } from "../../../src/lifecycle/health-status.ts";
import type { HealthTerms } from "../../../src/health/health-tracker.ts";
import { HealthTracker } from "../../../src/health/health-tracker.ts";

const strict: HealthTerms = { failureThreshold: 3, successThreshold: 2, startPeriodMs: 0 };

function success(atMs: number): HealthResult {
  return { atMs, durationMs: 1, isHealthy: true };
}

function failure(atMs: number, message = "status 503"): HealthResult {
  return { atMs, durationMs: 1, isHealthy: false, message };
}

/** What the status is after each result of `pattern`, one a second: `+` succeeds, `-` fails. */
function walk(tracker: HealthTracker, pattern: string, fromMs = 1_000): readonly HealthStatus[] {
  return Array.from(pattern, (sign, index) => {
    const atMs = fromMs + index * 1_000;
    tracker.record(sign === "+" ? success(atMs) : failure(atMs));
    return tracker.report.status;
  });
}

test("nothing is known before the first attempt", () => {
  expect(new HealthTracker(strict, 500).report).toEqual({
    status: "unknown",
    sinceMs: 500,
    failuresInARow: 0,
    history: [],
  });
});

describe("a service that starts", () => {
  test.for([
    ["+", ["starting"]],
    ["++", ["starting", "healthy"]],
    ["-++", ["starting", "starting", "healthy"]],
    ["+-++", ["starting", "starting", "starting", "healthy"]],
    ["--+--", ["starting", "starting", "starting", "starting", "starting"]],
    ["---", ["starting", "starting", "unhealthy"]],
  ] as const)("after %s is %j", ([pattern, expected]) => {
    expect(walk(new HealthTracker(strict, 0), pattern)).toEqual(expected);
  });

  test("is healthy at once where one success is enough", () => {
    expect(walk(new HealthTracker({ ...strict, successThreshold: 1 }, 0), "+")).toEqual(["healthy"]);
  });

  test("may fail in its start period as often as it likes; a failure at the end of it counts", () => {
    const tracker = new HealthTracker({ ...strict, startPeriodMs: 5_000 }, 1_000);

    expect(walk(tracker, "-----").at(-1)).toBe("starting"); // From 1,000 to 5,000.
    expect(tracker.report.failuresInARow).toBe(0);
    expect(walk(tracker, "---", 6_000)).toEqual(["starting", "starting", "unhealthy"]);
  });

  test("may not fail in its start period any more once it has been healthy", () => {
    const tracker = new HealthTracker({ ...strict, startPeriodMs: 60_000 }, 0);

    expect(walk(tracker, "++---")).toEqual(["starting", "healthy", "healthy", "healthy", "unhealthy"]);
  });
});

describe("a healthy service", () => {
  test("stays so with single failures, and becomes unhealthy with enough in a row", () => {
    const tracker = new HealthTracker(strict, 0);
    walk(tracker, "++");

    expect(new Set(walk(tracker, "--+--+--+"))).toEqual(new Set(["healthy"]));
    expect(walk(tracker, "---")).toEqual(["healthy", "healthy", "unhealthy"]);
  });

  test("that became unhealthy stays so with single successes, and recovers with enough in a row", () => {
    const tracker = new HealthTracker(strict, 0);
    walk(tracker, "++---");

    expect(new Set(walk(tracker, "+-+--+-"))).toEqual(new Set(["unhealthy"]));
    expect(walk(tracker, "++")).toEqual(["unhealthy", "healthy"]);
  });
});

describe("a change", () => {
  test("tells from what to what, when and why, and only of changes", () => {
    const tracker = new HealthTracker({ ...strict, failureThreshold: 2, successThreshold: 1 }, 0);

    expect(tracker.record(failure(10, "ECONNREFUSED"))).toEqual({
      from: "unknown",
      to: "starting",
      atMs: 10,
      reason: "ECONNREFUSED",
    });
    expect(tracker.record(failure(20, "status 503"))).toEqual({
      from: "starting",
      to: "unhealthy",
      atMs: 20,
      reason: "status 503",
    });
    expect(tracker.record(failure(30))).toBeUndefined();
    expect(tracker.report).toMatchObject({ status: "unhealthy", sinceMs: 20, reason: "status 503", failuresInARow: 3 });
    expect(tracker.record(success(40))).toEqual({ from: "unhealthy", to: "healthy", atMs: 40 });
    expect(tracker.report).toMatchObject({ status: "healthy", sinceMs: 40, failuresInARow: 0 });
    expect(tracker.report.reason).toBeUndefined();
  });
});

describe("a mark", () => {
  test("sets the status, with its reason, and what was counted before counts no more", () => {
    const tracker = new HealthTracker(strict, 0);
    walk(tracker, "++--");

    expect(tracker.mark("unknown", 9_000, "the engine is gone")).toEqual({
      from: "healthy",
      to: "unknown",
      atMs: 9_000,
      reason: "the engine is gone",
    });
    expect(tracker.mark("unknown", 9_500)).toBeUndefined();
    expect(walk(tracker, "--+--", 10_000)).toEqual(["unknown", "unknown", "unknown", "unknown", "unknown"]);
    expect(walk(tracker, "-", 20_000)).toEqual(["unhealthy"]);
  });

  test("of a paused service holds until it has succeeded often enough", () => {
    const tracker = new HealthTracker(strict, 0);
    walk(tracker, "++");

    expect(tracker.mark("unhealthy", 9_000, "paused")?.to).toBe("unhealthy");
    expect(walk(tracker, "-++", 10_000)).toEqual(["unhealthy", "unhealthy", "healthy"]);
  });

  test("of a restart begins the start period anew", () => {
    const tracker = new HealthTracker({ ...strict, startPeriodMs: 5_000 }, 0);
    walk(tracker, "++");

    expect(tracker.mark("starting", 100_000, "restarted")?.from).toBe("healthy");
    expect(new Set(walk(tracker, "-----", 100_500))).toEqual(new Set(["starting"]));
    expect(walk(tracker, "---", 105_000)).toEqual(["starting", "starting", "unhealthy"]);
  });
});

test("the last twenty results are kept, oldest first, and a report given before does not change", () => {
  const tracker = new HealthTracker(strict, 0);
  walk(tracker, "-");
  const before = tracker.report;

  walk(tracker, "+".repeat(30), 2_000);

  expect(tracker.report.history.map(({ atMs }) => atMs)).toEqual(
    Array.from({ length: 20 }, (_, index) => 12_000 + index * 1_000),
  );
  expect(before.history).toEqual([failure(1_000)]);
});

test("whatever the results, no change comes without as many alike in a row as the terms say", () => {
  const threshold = integer({ min: 1, max: 5 });
  assert(
    property(array(boolean()), threshold, threshold, (results, failureThreshold, successThreshold) => {
      const tracker = new HealthTracker({ failureThreshold, successThreshold, startPeriodMs: 0 }, 0);
      for (const [index, isHealthy] of results.entries()) {
        const change = tracker.record(isHealthy ? success(index) : failure(index));
        if (change === undefined || change.to === "starting") continue;
        const needed = change.to === "healthy" ? successThreshold : failureThreshold;
        const last = results.slice(0, index + 1).slice(-needed);

        expect(last).toEqual(Array.from({ length: needed }, () => change.to === "healthy"));
      }
    }),
  );
});
