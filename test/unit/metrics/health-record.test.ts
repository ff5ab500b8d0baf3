import { expect, test } from "vitest";
import { HealthRecord } from "../../../src/metrics/health-record.ts";

const result = (atMs: number, isHealthy: boolean, message?: string) => {
  return { atMs, durationMs: 5, isHealthy, ...(message !== undefined && { message }) };
};

test("nothing is known before the first check", () => {
  const record = new HealthRecord();

  expect(record.metricsAt(100)).toEqual({ status: "unknown", checks: 0, failures: 0 });
  expect(record.timings).toBeUndefined();
});

test("checks and failures of both probes are counted, and the time in each status", () => {
  const record = new HealthRecord();
  record.noteResult("readiness", result(1_000, true));
  record.noteChange("readiness", { from: "unknown", to: "healthy", atMs: 1_000 });
  record.noteResult("readiness", result(2_000, false, "refused"));
  record.noteChange("readiness", { from: "healthy", to: "unhealthy", atMs: 2_000 });
  record.noteResult("liveness", result(2_500, true));
  record.noteResult("readiness", result(5_000, true));
  record.noteChange("readiness", { from: "unhealthy", to: "healthy", atMs: 5_000 });

  expect(record.metricsAt(6_000)).toEqual({
    status: "healthy",
    checks: 4,
    failures: 1,
    readiness: {
      status: "healthy",
      checks: 3,
      failures: 1,
      lastFailure: "refused",
      timeInMs: { unknown: 0, healthy: 2_000, unhealthy: 3_000 },
    },
    liveness: { status: "unknown", checks: 1, failures: 0, timeInMs: { unknown: 3_500 } },
  });
  expect(record.timings).toMatchObject({ count: 4, failures: 1, minMs: 5 });
});

test("a service that nobody watches any more is unknown, and its counts go on when it is watched again", () => {
  const record = new HealthRecord();
  record.noteResult("readiness", result(1_000, true));
  record.noteChange("readiness", { from: "unknown", to: "healthy", atMs: 1_000 });
  record.noteEnd(2_000);
  record.noteResult("readiness", result(9_000, true));
  record.noteChange("readiness", { from: "unknown", to: "healthy", atMs: 9_000 });

  expect(record.metricsAt(10_000).readiness).toMatchObject({
    status: "healthy",
    checks: 2,
    timeInMs: { unknown: 7_000, healthy: 2_000 },
  });
});
