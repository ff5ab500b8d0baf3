import { getEventListeners } from "node:events";
import { assert, double, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { refusal } from "../support/starts.ts";
import { outcomeOf } from "../support/outcome.ts";
import { targetAt } from "../support/servers.ts";
import type { ReadinessTrace } from "../../../src/health/wait-until-healthy.ts";
import { pauseAfter, waitUntilHealthy } from "../../../src/health/wait-until-healthy.ts";
import type { HealthProbe, Probe } from "../../../src/index.ts";
import { ConfigurationError, LifecycleError, ProbeError, UnsupportedError } from "../../../src/index.ts";
import { ManualClock } from "../../../src/testing/index.ts";

const reason = new LifecycleError("the time is over");

interface Wait {
  readonly clock: ManualClock;
  readonly trace: ReadinessTrace;
  readonly abort: AbortController;
  readonly outcome: Promise<unknown>;
}

function wait(probe: Probe, attemptTimeoutMs = 2_000): Wait {
  const clock = new ManualClock();
  const trace: ReadinessTrace = { attempts: 0, lastResults: [], isHealthy: false };
  const abort = new AbortController();
  const waiting = waitUntilHealthy(probe, targetAt(1), { clock, attemptTimeoutMs, trace, signal: abort.signal });
  return { clock, trace, abort, outcome: outcomeOf(waiting) };
}

/** Fails with each of these in turn, then succeeds. */
function failingWith(...failures: readonly unknown[]): HealthProbe {
  const left = [...failures];
  return {
    name: "fails, then succeeds",
    check: async () => {
      if (left.length > 0) await Promise.reject(left.shift());
    },
  };
}

function repeated(failure: unknown, times: number): readonly unknown[] {
  return Array.from({ length: times }, () => failure);
}

test.for([
  [undefined, "undefined"],
  [7, "7"],
  [Object.create(null) as unknown, "a value that has no text"],
  [{ code: Object.create(null) as unknown }, "[object Object]"],
])("a probe may reject with what is no error, and is tried again: %o", async ([thrown, seen]) => {
  const { clock, trace, outcome } = wait(failingWith(thrown));

  await clock.advance(2);

  expect([await outcome, trace.lastResults]).toEqual([undefined, [seen]]);
});

describe("a probe that succeeds", () => {
  test("at once ends the wait without any pause", async () => {
    const { trace, outcome, clock } = wait(failingWith());

    expect(await outcome).toBeUndefined();
    expect(trace).toEqual({ attempts: 1, lastResults: [], isHealthy: true });
    expect(clock.pendingTimers).toBe(0);
  });

  test("at last ends the wait, and what it saw before is known", async () => {
    const { clock, trace, outcome, abort } = wait(
      failingWith(new ProbeError("status 503"), new ProbeError("status 502")),
    );

    await clock.advance(4);

    expect(await outcome).toBeUndefined();
    expect(trace).toMatchObject({ attempts: 3, lastResults: ["status 503", "status 502"], isHealthy: true });
    expect(clock.pendingTimers).toBe(0);
    expect(getEventListeners(abort.signal, "abort")).toEqual([]);
  });
});

describe("the pauses", () => {
  test("begin with 2 ms and stay below half a per cent of the time waited", async () => {
    const clock = new ManualClock();
    const triedAtMs: number[] = [];
    const probe: HealthProbe = {
      name: "never",
      check: () => {
        triedAtMs.push(clock.now());
        return Promise.reject(new ProbeError("not yet"));
      },
    };
    const abort = new AbortController();
    const trace: ReadinessTrace = { attempts: 0, lastResults: [], isHealthy: false };
    const options = { clock, attemptTimeoutMs: 2_000, trace, signal: abort.signal };
    const outcome = outcomeOf(waitUntilHealthy(probe, targetAt(1), options));

    await clock.advance(20_000);
    abort.abort(reason);
    await outcome;

    const pauses = triedAtMs
      .slice(1)
      .map((atMs, index) => [triedAtMs[index] ?? 0, atMs - (triedAtMs[index] ?? 0)] as const);
    expect(triedAtMs.slice(0, 4)).toEqual([0, 2, 4, 6]);
    expect(pauses.filter(([waitedMs, pauseMs]) => pauseMs > Math.max(2, waitedMs * 0.005) + 1e-6)).toEqual([]);
    expect(pauses.at(-1)?.[1]).toBeGreaterThan(90);
  });

  test("are between 2 and 100 ms, however long it has been", () => {
    assert(
      property(double({ min: 0, max: 1e9, noNaN: true }), (waitedMs) => {
        const pauseMs = pauseAfter(waitedMs);

        expect(pauseMs).toBeGreaterThanOrEqual(2);
        expect(pauseMs).toBeLessThanOrEqual(Math.min(100, Math.max(2, waitedMs * 0.005)));
      }),
    );
  });
});

describe("an attempt that hangs", () => {
  test("is ended by its own timeout, told to stop, and tried again", async () => {
    const signals: AbortSignal[] = [];
    const hanging: HealthProbe = {
      name: "hangs once",
      check: (_target, signal) => {
        signals.push(signal);
        return signals.length > 1 ? Promise.resolve() : new Promise(() => {});
      },
    };
    const { clock, trace, outcome } = wait(hanging, 500);

    await clock.advance(499);
    expect(trace.attempts).toBe(1);
    await clock.advance(10);

    expect(await outcome).toBeUndefined();
    expect(signals[0]?.reason).toEqual(new ProbeError("no answer within 500 ms"));
    expect(trace).toMatchObject({ attempts: 2, lastResults: ["no answer within 500 ms"] });
  });

  test("and fails because of its timeout in words of its own is told as what it is", async () => {
    const clumsy: HealthProbe = {
      name: "clumsy",
      check: (_target, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(new ProbeError("socket hang up")));
        }),
    };
    const { clock, trace, outcome, abort } = wait(clumsy, 500);

    await clock.advance(501);
    abort.abort(reason);
    await outcome;

    expect(trace.lastResults).toEqual(["no answer within 500 ms"]);
  });

  test("does not outlive the wait although it ignores its signal", async () => {
    const { clock, outcome, abort } = wait({ name: "hangs", check: () => new Promise(() => {}) });
    await clock.advance(1_000);

    abort.abort(reason);

    expect(await outcome).toBe(reason);
    expect(clock.pendingTimers).toBe(0);
    expect(getEventListeners(abort.signal, "abort")).toEqual([]);
  });
});

describe("an abort", () => {
  test("during a pause ends the wait with its reason", async () => {
    const { clock, outcome, abort, trace } = wait(failingWith(...repeated(new ProbeError("no"), 1_000)));
    await clock.advance(1);

    abort.abort(reason);

    expect(await outcome).toBe(reason);
    expect(trace.attempts).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  test("wins over a failure of the probe that it caused", async () => {
    const abort = new AbortController();
    const probe: HealthProbe = {
      name: "fails as it is ended",
      check: () => {
        abort.abort(reason);
        return Promise.reject(new ConfigurationError({ origin: "x", problems: [] }));
      },
    };
    const trace: ReadinessTrace = { attempts: 0, lastResults: [], isHealthy: false };
    const options = { clock: new ManualClock(), attemptTimeoutMs: 1, trace, signal: abort.signal };

    await expect(waitUntilHealthy(probe, targetAt(1), options)).rejects.toBe(reason);
  });
});

describe("what the last attempts saw", () => {
  test("comes without repetitions, and no more than three of it", async () => {
    const seen = ["a", "a", "b", "c", "c", "c", "d", "b"].map((text) => new ProbeError(text));
    const { clock, trace, outcome } = wait(failingWith(...seen));

    await clock.advance(100);
    await outcome;

    expect(trace.lastResults).toEqual(["c", "d", "b"]);
    expect(trace.lastFailure).toBe(seen.at(-1));
    expect(trace.attempts).toBe(9);
  });
});

describe("a failure that no further attempt can mend", () => {
  test.for([
    ["a port that is not published", new ConfigurationError({ origin: "db", problems: [] })],
    ["what cannot be done", new UnsupportedError("no shell")],
    ["a program that is not there", refusal("command-not-runnable")],
  ] as const)("ends the wait at once: %s", async ([, failure]) => {
    const { outcome, trace, clock } = wait(failingWith(failure));

    expect(await outcome).toBe(failure);
    expect(trace.attempts).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  test.for([
    ["a refused connection", new ProbeError("ECONNREFUSED")],
    ["a busy engine", refusal("other")],
    ["an error of the user's own", new LifecycleError("not in sync")],
    ["no error at all", "not in sync"],
  ] as const)("is none of these: %s", async ([, failure]) => {
    const { outcome, clock } = wait(failingWith(failure));

    await clock.advance(2);

    expect(await outcome).toBeUndefined();
  });
});
