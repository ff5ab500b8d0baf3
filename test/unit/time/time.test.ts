import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { LifecycleError, TimeoutError } from "../../../src/index.ts";
import { ManualClock } from "../../../src/testing/index.ts";
import { abortable } from "../../../src/time/abortable.ts";
import { Deadline } from "../../../src/time/deadline.ts";
import { sleep } from "../../../src/time/sleep.ts";
import { systemClock } from "../../../src/time/system-clock.ts";
import { outcomeOf } from "../support/outcome.ts";

const reason = new LifecycleError("enough");

function listenersOf(signal: AbortSignal): number {
  return getEventListeners(signal, "abort").length;
}

describe("abortable", () => {
  test("settles as its work does", async () => {
    const failure = new LifecycleError("broken");
    const { signal } = new AbortController();

    await expect(abortable(Promise.resolve(7), signal)).resolves.toBe(7);
    await expect(abortable(Promise.reject(failure), signal)).rejects.toBe(failure);
    await expect(abortable(Promise.resolve(7), undefined)).resolves.toBe(7);
  });

  test("rejects with the signal's reason as soon as that aborts", async () => {
    const abort = new AbortController();
    const outcome = outcomeOf(abortable(new Promise(() => {}), abort.signal));

    abort.abort(reason);

    expect(await outcome).toBe(reason);
  });

  test("rejects at once when the signal has aborted, also where the work is done", async () => {
    await expect(abortable(Promise.resolve(7), AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  test("leaves no listener on the signal, however it ends", async () => {
    const abort = new AbortController();

    await abortable(Promise.resolve(7), abort.signal);
    await outcomeOf(abortable(Promise.reject(reason), abort.signal));
    const pending = outcomeOf(abortable(new Promise(() => {}), abort.signal));
    expect(listenersOf(abort.signal)).toBe(1);
    abort.abort(reason);
    await pending;

    expect(listenersOf(abort.signal)).toBe(0);
  });

  test("swallows what the work does after the abort", async () => {
    const abort = new AbortController();
    const { promise, reject } = Promise.withResolvers<never>();
    const outcome = outcomeOf(abortable(promise, abort.signal));

    abort.abort(reason);
    await outcome;
    reject(new LifecycleError("too late to matter"));

    expect(await outcome).toBe(reason);
  });
});

describe("sleep", () => {
  test("ends when its time has come, not before", async () => {
    const clock = new ManualClock();
    let isAwake = false;
    const sleeping = sleep(clock, 100).then(() => (isAwake = true));

    await clock.advance(99);
    expect(isAwake).toBe(false);
    await clock.advance(1);
    await sleeping;

    expect(clock.pendingTimers).toBe(0);
  });

  test("ends with the signal's reason, and takes its timer and its listener along", async () => {
    const clock = new ManualClock();
    const abort = new AbortController();
    const outcome = outcomeOf(sleep(clock, 100, abort.signal));

    abort.abort(reason);

    expect(await outcome).toBe(reason);
    expect(clock.pendingTimers).toBe(0);
    expect(listenersOf(abort.signal)).toBe(0);
  });

  test("does not begin when the signal has aborted", async () => {
    const clock = new ManualClock();

    await expect(sleep(clock, 100, AbortSignal.abort(reason))).rejects.toBe(reason);

    expect(clock.pendingTimers).toBe(0);
  });
});

describe("a deadline", () => {
  const expiry = new TimeoutError({ operation: "wait", timeoutMs: 100, elapsedMs: 100 });

  test("aborts with its own error when the time is over", async () => {
    const clock = new ManualClock();
    using deadline = new Deadline({ clock, timeoutMs: 100, onExpire: () => expiry });

    await clock.advance(99);
    expect(deadline.signal.aborted).toBe(false);
    await clock.advance(1);

    expect(deadline.signal.reason).toBe(expiry);
    expect(deadline.isReason(expiry)).toBe(true);
  });

  test("aborts with the outer signal's reason when that comes first, which is not its own", async () => {
    const clock = new ManualClock();
    const abort = new AbortController();
    using deadline = new Deadline({ clock, timeoutMs: 100, onExpire: () => expiry, signal: abort.signal });

    abort.abort(reason);
    await clock.advance(100);

    expect(deadline.signal.reason).toBe(reason);
    expect(deadline.isReason(reason)).toBe(false);
  });

  test("knows how much has passed", async () => {
    const clock = new ManualClock(1_000);
    using deadline = new Deadline({ clock, timeoutMs: 100, onExpire: () => expiry });

    await clock.advance(30);
    expect(deadline.elapsedMs).toBe(30);
    await clock.advance(500);

    expect(deadline.elapsedMs).toBe(530);
  });

  test("leaves no timer behind once it is disposed, and does not expire any more", async () => {
    const clock = new ManualClock();
    const deadline = new Deadline({ clock, timeoutMs: 100, onExpire: () => expiry });

    deadline[Symbol.dispose]();
    await clock.advance(1_000);

    expect(clock.pendingTimers).toBe(0);
    expect(deadline.signal.aborted).toBe(false);
  });
});

describe("the system's clock", () => {
  test("does not run backwards, and agrees with the date", () => {
    const [first, second] = [systemClock.now(), systemClock.now()];

    expect(second).toBeGreaterThanOrEqual(first);
    expect(Math.abs(first - Date.now())).toBeLessThan(10_000);
  });

  test("runs a timer once, unless it is cancelled", async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    systemClock.startTimer(() => resolve("cancelled"), 0).cancel();
    const timer = systemClock.startTimer(() => resolve("due"), 1);

    expect(await promise).toBe("due");
    timer.cancel();
    timer.cancel();
  });
});

describe("a manual clock", () => {
  test("runs timers when they are due, in the order of their times, those they start included", async () => {
    const clock = new ManualClock();
    const rung: string[] = [];
    clock.startTimer(() => rung.push(`late at ${clock.now()}`), 30);
    clock.startTimer(() => {
      rung.push(`early at ${clock.now()}`);
      clock.startTimer(() => rung.push(`then at ${clock.now()}`), 10);
    }, 10);
    clock.startTimer(() => rung.push("never"), 40).cancel();

    await clock.advance(35);

    expect(rung).toEqual(["early at 10", "then at 20", "late at 30"]);
    expect(clock.now()).toBe(35);
    expect(clock.pendingTimers).toBe(0);
  });
});
