import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { targetAt } from "../support/servers.ts";
import type { HealthChange, HealthResult } from "../../../src/lifecycle/health-status.ts";
import type { HealthMonitorOptions } from "../../../src/health/health-monitor.ts";
import { HealthMonitor } from "../../../src/health/health-monitor.ts";
import type { HealthProbe } from "../../../src/index.ts";
import { ProbeError } from "../../../src/index.ts";
import { ManualClock } from "../../../src/testing/index.ts";

interface Watch {
  readonly clock: ManualClock;
  readonly monitor: HealthMonitor;
  /** What was told, in order. */
  readonly told: readonly (HealthResult | HealthChange)[];
}

function watch(probe: (options: ProbeCall) => Promise<void>, options: Partial<HealthMonitorOptions> = {}): Watch {
  const clock = new ManualClock(10_000);
  const told: (HealthResult | HealthChange)[] = [];
  const own: HealthProbe = { name: "own", check: (_target, signal) => probe({ clock, signal }) };
  const monitor = new HealthMonitor({
    probe: own,
    target: targetAt(1),
    terms: { failureThreshold: 2, successThreshold: 1, startPeriodMs: 0 },
    intervalMs: 1_000,
    timeoutMs: 400,
    clock,
    onResult: (result) => told.push(result),
    onChange: (change) => told.push(change),
    ...options,
  });
  return { clock, monitor, told };
}

interface ProbeCall {
  readonly clock: ManualClock;
  readonly signal: AbortSignal;
}

/** A probe that notes when it was called, and takes as long as this. */
function taking(durationMs: readonly number[], calledAtMs: number[]): (call: ProbeCall) => Promise<void> {
  const left = [...durationMs];
  return async ({ clock }) => {
    calledAtMs.push(clock.now());
    const takesMs = left.shift() ?? 0;
    if (takesMs > 0) await new Promise<void>((resolve) => clock.startTimer(resolve, takesMs));
  };
}

const hangs = (): Promise<void> => new Promise(() => {});

test("each attempt is told of, then the change that it makes", async () => {
  let isUp = true;
  const { clock, monitor, told } = watch(async () => {
    if (!isUp) await Promise.reject(new ProbeError("status 503"));
  });

  await clock.advance(0);
  isUp = false;
  await clock.advance(2_000);
  isUp = true;
  await clock.advance(1_000);

  expect(told).toEqual([
    { atMs: 10_000, durationMs: 0, isHealthy: true },
    { from: "unknown", to: "healthy", atMs: 10_000 },
    { atMs: 11_000, durationMs: 0, isHealthy: false, message: "status 503" },
    { atMs: 12_000, durationMs: 0, isHealthy: false, message: "status 503" },
    { from: "healthy", to: "unhealthy", atMs: 12_000, reason: "status 503" },
    { atMs: 13_000, durationMs: 0, isHealthy: true },
    { from: "unhealthy", to: "healthy", atMs: 13_000 },
  ]);
  expect(monitor.report).toMatchObject({ status: "healthy", sinceMs: 13_000 });
  await monitor.stop();
});

describe("attempts begin", () => {
  test("at whole multiples of the interval, however long they take", async () => {
    const calledAtMs: number[] = [];
    const { clock, monitor } = watch(taking([300, 10, 399], calledAtMs));

    await clock.advance(4_500);
    await monitor.stop();

    expect(calledAtMs).toEqual([10_000, 11_000, 12_000, 13_000, 14_000]);
  });

  test("never two at a time: ticks that one before took the time of are left out", async () => {
    const calledAtMs: number[] = [];
    const { clock, monitor } = watch(taking([2_500, 1_000], calledAtMs), { timeoutMs: 5_000 });

    await clock.advance(6_000);
    await monitor.stop();

    expect(calledAtMs).toEqual([10_000, 13_000, 14_000, 15_000, 16_000]);
  });

  test("once a tick although a timer rings early", async () => {
    class HastyClock extends ManualClock {
      override startTimer(callback: () => void, delayMs: number): ReturnType<ManualClock["startTimer"]> {
        return super.startTimer(callback, delayMs - 0.5);
      }
    }
    const clock = new HastyClock();
    const calledAtMs: number[] = [];
    const { monitor } = watch(async () => void calledAtMs.push(clock.now()), { clock });

    await clock.advance(3_100);
    await monitor.stop();

    expect(calledAtMs).toEqual([0, 999.5, 1_999.5, 2_999.5]);
  });
});

test("an attempt that hangs is ended at its limit, told to stop, and counts as failed", async () => {
  const signals: AbortSignal[] = [];
  const { clock, monitor, told } = watch(({ signal }) => {
    signals.push(signal);
    return hangs();
  });

  await clock.advance(399);
  expect(told).toEqual([]);
  await clock.advance(1);

  expect(told[0]).toEqual({ atMs: 10_400, durationMs: 400, isHealthy: false, message: "no answer within 400 ms" });
  expect(signals[0]?.reason).toEqual(new ProbeError("no answer within 400 ms"));
  await clock.advance(1_000);
  expect(monitor.report).toMatchObject({ status: "unhealthy", failuresInARow: 2 });
  await monitor.stop();
});

test("failures in the start period, which begins with the container, do not count", async () => {
  const terms = { failureThreshold: 1, successThreshold: 1, startPeriodMs: 5_000 };
  const { clock, monitor } = watch(() => Promise.reject(new ProbeError("not yet")), { terms, startedAtMs: 7_000 });

  await clock.advance(1_999);
  expect(monitor.report.status).toBe("starting");
  await clock.advance(1);

  expect(monitor.report).toMatchObject({ status: "unhealthy", sinceMs: 12_000 });
  await monitor.stop();
});

test("what the engine tells is told on, with the time", async () => {
  const { clock, monitor, told } = watch(() => Promise.resolve());
  await clock.advance(500);

  monitor.mark("unhealthy", "paused");
  monitor.mark("unhealthy", "paused");

  expect(told.slice(2)).toEqual([{ from: "healthy", to: "unhealthy", atMs: 10_500, reason: "paused" }]);
  await monitor.stop();
});

describe("stopping", () => {
  test.for([
    ["between two attempts", () => Promise.resolve(), 500],
    ["during an attempt that hangs", hangs, 100],
    ["before the first attempt", () => Promise.resolve(), 0],
  ] as const)("%s leaves no timer, and nobody is told any more", async ([, probe, afterMs]) => {
    const signals: AbortSignal[] = [];
    const { clock, monitor, told } = watch(({ signal }) => {
      signals.push(signal);
      return probe();
    });
    if (afterMs > 0) await clock.advance(afterMs);
    const before = [...told];

    await monitor.stop();
    await monitor.stop();
    monitor.mark("unknown", "late");
    await clock.advance(10_000);

    expect(told).toEqual(before);
    expect(clock.pendingTimers).toBe(0);
    expect(signals).toHaveLength(1);
    expect(getEventListeners(signals[0]!, "abort")).toEqual([]);
  });

  test("from within what is told ends it as well", async () => {
    const { clock, monitor, told } = watch(() => Promise.resolve(), { onResult: () => void monitor.stop() });

    await clock.advance(5_000);

    expect(told).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });
});
