import { describe, expect, test } from "vitest";
import { checkProbe } from "../../../src/health/check-probe.ts";
import { systemClock } from "../../../src/time/system-clock.ts";
import type { HealthProbe } from "../../../src/index.ts";
import { all, any, LifecycleError, not, ProbeError, sequence, tcp, UnsupportedError } from "../../../src/index.ts";
import { isSettled, outcomeOf } from "../support/outcome.ts";
import { refusal } from "../support/starts.ts";
import { targetAt } from "../support/servers.ts";

const { signal } = new AbortController();
const target = targetAt(1);

const healthy: HealthProbe = { name: "healthy", check: () => Promise.resolve() };

function failing(failure: unknown): HealthProbe {
  return { name: "fails", check: () => Promise.reject(failure) };
}

/** Runs until it is told to stop, and remembers with which words. */
function pending(): HealthProbe & { readonly ended: Promise<unknown> } {
  const { promise: ended, resolve } = Promise.withResolvers<unknown>();
  return {
    name: "pending",
    ended,
    check: (_target, partSignal) =>
      new Promise((_resolve, reject) => {
        partSignal.addEventListener("abort", () => {
          resolve("told to stop");
          reject(partSignal.reason);
        });
      }),
  };
}

describe("all", () => {
  test("is healthy when every part is", async () => {
    await checkProbe(all(healthy, healthy), target, systemClock, signal);
  });

  test("is not while one is not, with that one's words, and the others are told to stop", async () => {
    const other = pending();
    const failure = new ProbeError("status 503");

    await expect(checkProbe(all(other, failing(failure), healthy), target, systemClock, signal)).rejects.toBe(failure);

    expect(await other.ended).toBe("told to stop");
  });

  test("waits for its slowest part", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const check = checkProbe(all(healthy, { name: "slow", check: () => promise }), target, systemClock, signal);

    expect(await isSettled(check)).toBe(false);
    resolve();
    await check;
  });
});

describe("any", () => {
  test("is healthy as soon as one part is, and the others are told to stop", async () => {
    const other = pending();

    await checkProbe(any(failing(new ProbeError("no")), other, healthy), target, systemClock, signal);

    expect(await other.ended).toBe("told to stop");
  });

  test("is not when no part is, with the words of all", async () => {
    const parts = [failing(new ProbeError("status 503")), failing(new ProbeError("connect ECONNREFUSED"))];

    expect(await outcomeOf(checkProbe(any(...parts), target, systemClock, signal))).toEqual(
      new ProbeError("status 503, connect ECONNREFUSED"),
    );
  });

  test("can still succeed while one part never will", async () => {
    const parts = [failing(refusal("command-not-runnable")), failing(new ProbeError("not yet"))];

    expect(await outcomeOf(checkProbe(any(...parts), target, systemClock, signal))).toBeInstanceOf(ProbeError);
  });

  test("is given up when no part ever will", async () => {
    const hopeless = new UnsupportedError("no shell");

    await expect(
      checkProbe(any(failing(hopeless), failing(refusal("other"))), target, systemClock, signal),
    ).rejects.toBe(hopeless);
  });
});

describe("sequence", () => {
  test("checks each part only when the one before it is healthy", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const order: string[] = [];
    const first: HealthProbe = { name: "first", check: () => (order.push("first"), promise) };
    const second: HealthProbe = { name: "second", check: async () => void order.push("second") };
    const checked = checkProbe(sequence(first, second), target, systemClock, signal);

    expect([await isSettled(checked), order]).toEqual([false, ["first"]]);
    resolve();
    await checked;

    expect(order).toEqual(["first", "second"]);
  });

  test("ends at the part that fails, and names it", async () => {
    let isReached = false;
    const last: HealthProbe = { name: "last", check: async () => void (isReached = true) };
    const failure = new ProbeError("status 503");

    expect(await outcomeOf(checkProbe(sequence(healthy, failing(failure), last), target, systemClock, signal))).toEqual(
      new ProbeError("fails: status 503", failure),
    );
    expect(isReached).toBe(false);
  });

  test("passes on what is no matter of health, and why it was ended", async () => {
    const unsupported = new UnsupportedError("no shell");
    const abort = new AbortController();
    const reason = new LifecycleError("enough");

    expect(await outcomeOf(checkProbe(sequence(failing(unsupported)), target, systemClock, signal))).toBe(unsupported);
    const outcome = outcomeOf(checkProbe(sequence(pending(), healthy), target, systemClock, abort.signal));
    abort.abort(reason);
    expect(await outcome).toBe(reason);
  });
});

describe("not", () => {
  test("is healthy while the other is not, whatever that one rejects with", async () => {
    await checkProbe(not(failing(new ProbeError("status 503"))), target, systemClock, signal);
    await checkProbe(not(failing("out of sync")), target, systemClock, signal);
    await checkProbe(not(not(healthy)), target, systemClock, signal);
  });

  test("is not while the other is healthy", async () => {
    expect(await outcomeOf(checkProbe(not(healthy), target, systemClock, signal))).toEqual(
      new ProbeError("healthy is healthy"),
    );
  });

  test("takes nothing that is no matter of health for ill health, and no end of its own", async () => {
    const refused = refusal("conflict");
    const abort = new AbortController();
    const reason = new LifecycleError("enough");

    expect(await outcomeOf(checkProbe(not(failing(refused)), target, systemClock, signal))).toBe(refused);
    const outcome = outcomeOf(checkProbe(not(pending()), target, systemClock, abort.signal));
    abort.abort(reason);
    expect(await outcome).toBe(reason);
  });
});

describe("a combination", () => {
  test("can be part of another", async () => {
    const failure = new ProbeError("deep down");

    await checkProbe(all(any(failing(failure), all(healthy)), healthy), target, systemClock, signal);
    await expect(checkProbe(all(all(all(failing(failure)))), target, systemClock, signal)).rejects.toBe(failure);
  });

  test("ends every part when its own signal aborts", async () => {
    const abort = new AbortController();
    const reason = new LifecycleError("enough");
    const parts = [pending(), pending()];
    const outcome = outcomeOf(checkProbe(any(...parts), target, systemClock, abort.signal));

    abort.abort(reason);

    expect(await Promise.all(parts.map(({ ended }) => ended))).toEqual(["told to stop", "told to stop"]);
    expect(await outcome).toBe(reason);
  });

  test("takes a probe that throws before it returns a promise, and ends the others", async () => {
    const other = pending();
    const failure = new ProbeError("thrown at once");
    const throwing: HealthProbe = {
      name: "throws",
      check: () => {
        throw failure;
      },
    };

    await expect(checkProbe(all(other, throwing), target, systemClock, signal)).rejects.toBe(failure);
    await checkProbe(any(throwing, healthy), target, systemClock, signal);

    expect(await other.ended).toBe("told to stop");
  });

  test("passes on that a port is not published", async () => {
    const unpublished = new UnsupportedError("no such port");
    const nowhere = targetAt(1, {
      hostPort: () => {
        throw unpublished;
      },
    });

    await expect(checkProbe(all(tcp(1), tcp(2)), nowhere, systemClock, signal)).rejects.toBe(unpublished);
  });
});
