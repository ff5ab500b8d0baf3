import { expect, test } from "vitest";
import { TimingRecord } from "../../../src/metrics/timings.ts";

const took = (tookMs: number, beganAtMs = 0) => ({ beganAtMs, endedAtMs: beganAtMs + tookMs, hasFailed: false });

test("nothing is known of what was never done", () => {
  expect(new TimingRecord().timings).toBeUndefined();
});

test("percentiles are those of all times, to one per cent", () => {
  const record = new TimingRecord();
  for (let ms = 1_000; ms > 0; ms -= 1) record.add(took(ms));

  const { p50Ms, p95Ms, p99Ms, minMs, maxMs, meanMs, totalMs } = record.timings!;

  expect(p50Ms).toBeCloseTo(500, -1);
  expect(Math.abs(p50Ms / 500 - 1)).toBeLessThan(0.01);
  expect(Math.abs(p95Ms / 950 - 1)).toBeLessThan(0.01);
  expect(Math.abs(p99Ms / 990 - 1)).toBeLessThan(0.01);
  expect({ minMs, maxMs, meanMs, totalMs }).toEqual({ minMs: 1, maxMs: 1_000, meanMs: 500.5, totalMs: 500_500 });
});

test("the rate goes from the beginning of the first to the end of the last, however they overlap", () => {
  const record = new TimingRecord();
  for (let call = 0; call < 10; call += 1) record.add(took(100, 1_000 + call * 100));
  record.add({ beganAtMs: 1_000, endedAtMs: 3_000, hasFailed: true });

  expect(record.timings).toMatchObject({ count: 11, failures: 1, perSecond: 5.5 });
});

test("no percentile lies beyond what was seen, and what takes no time or hours is taken in", () => {
  const record = new TimingRecord();
  record.add(took(20));
  expect(record.timings).toMatchObject({ p50Ms: 20, p99Ms: 20, perSecond: 50 });

  record.add(took(0));
  record.add({ beganAtMs: 5, endedAtMs: 4, hasFailed: false }); // A clock that was set back.
  record.add(took(10 * 3_600_000));
  expect(record.timings).toMatchObject({ count: 4, minMs: 0, maxMs: 36_000_000 });
});

test("what was done at one moment has no rate", () => {
  const record = new TimingRecord();
  record.add(took(0));

  expect(record.timings!.perSecond).toBe(0);
});
