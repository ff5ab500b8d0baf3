import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { SingleFlight } from "../../../src/concurrency/single-flight.ts";
import { LifecycleError } from "../../../src/index.ts";
import { isSettled, outcomeOf } from "../support/outcome.ts";

const reason = new LifecycleError("no longer wanted");

/** Work that a test ends, and that takes until `undone` to give back what it made when it is aborted. */
function controlledWork() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const undone = Promise.withResolvers<void>();
  const signals: AbortSignal[] = [];
  const start = (signal: AbortSignal): Promise<string> => {
    signals.push(signal);
    signal.addEventListener("abort", () => {
      void undone.promise.then(() => {
        reject(signal.reason);
      });
    });
    return promise;
  };
  return { start, signals, finish: resolve, fail: reject, finishUndo: undone.resolve };
}

describe("callers of one key", () => {
  test("share one run and its outcome, fifty at a time", async () => {
    const flights = new SingleFlight<string>();
    const { start, signals, finish } = controlledWork();
    const callers = Array.from({ length: 50 }, () => flights.run("db", start));

    finish("done");

    expect(new Set(await Promise.all(callers))).toEqual(new Set(["done"]));
    expect(signals).toHaveLength(1);
  });

  test("share a failure, which is forgotten: the next caller runs afresh", async () => {
    const flights = new SingleFlight<string>();
    const { start, signals, fail } = controlledWork();
    const callers = Array.from({ length: 50 }, () => outcomeOf(flights.run("db", start)));
    const failure = new LifecycleError("broken");

    fail(failure);

    expect(new Set(await Promise.all(callers))).toEqual(new Set([failure]));
    expect(await flights.run("db", () => Promise.resolve("second"))).toBe("second");
    expect(signals).toHaveLength(1);
  });

  test("run again once it has ended: a result is not remembered", async () => {
    const flights = new SingleFlight<number>();
    let runs = 0;
    const start = (): Promise<number> => Promise.resolve((runs += 1));

    expect([await flights.run("db", start), await flights.run("db", start)]).toEqual([1, 2]);
  });

  test("do not share with those of another key", async () => {
    const flights = new SingleFlight<string>();

    expect(
      await Promise.all(["db", "cache"].map((key) => flights.run(key, () => Promise.resolve(`${key} is up`)))),
    ).toEqual(["db is up", "cache is up"]);
  });
});

describe("a caller whose signal aborts", () => {
  test("leaves at once, and the others go on", async () => {
    const flights = new SingleFlight<string>();
    const { start, signals, finish } = controlledWork();
    const abort = new AbortController();
    const leaving = outcomeOf(flights.run("db", start, abort.signal));
    const staying = flights.run("db", start);

    abort.abort(reason);

    expect(await leaving).toBe(reason);
    expect(signals[0]?.aborted).toBe(false);
    finish("done");
    expect(await staying).toBe("done");
    expect(getEventListeners(abort.signal, "abort")).toEqual([]);
  });

  test("ends the work when nobody else waits, and is told only when it has been undone", async () => {
    const flights = new SingleFlight<string>();
    const { start, signals, finishUndo } = controlledWork();
    const abort = new AbortController();
    const leaving = outcomeOf(flights.run("db", start, abort.signal));

    abort.abort(reason);

    expect(await isSettled(leaving)).toBe(false);
    expect(signals[0]?.reason).toBe(reason);
    finishUndo();
    expect(await leaving).toBe(reason);
  });

  test("ends the work together with all others when they share the signal", async () => {
    const flights = new SingleFlight<string>();
    const { start, signals, finishUndo } = controlledWork();
    const abort = new AbortController();
    const leaving = Array.from({ length: 50 }, () => outcomeOf(flights.run("db", start, abort.signal)));

    abort.abort(reason);
    finishUndo();

    expect(new Set(await Promise.all(leaving))).toEqual(new Set([reason]));
    expect(signals[0]?.reason).toBe(reason);
  });

  test("does not take along who came while it left", async () => {
    const flights = new SingleFlight<string>();
    const { start, signals, finish } = controlledWork();
    const abort = new AbortController();
    const leaving = outcomeOf(flights.run("db", start, abort.signal));

    abort.abort(reason);
    const coming = flights.run("db", start);
    expect(await leaving).toBe(reason);
    finish("done");

    expect(await coming).toBe("done");
    expect(signals).toHaveLength(1);
    expect(signals[0]?.aborted).toBe(false);
  });

  test("is followed by a fresh run, also while the old one is being undone", async () => {
    const flights = new SingleFlight<string>();
    const { start, finishUndo } = controlledWork();
    const abort = new AbortController();
    const leaving = outcomeOf(flights.run("db", start, abort.signal));
    abort.abort(reason);
    await isSettled(leaving);

    expect(await flights.run("db", () => Promise.resolve("second"))).toBe("second");

    finishUndo();
    expect(await leaving).toBe(reason);
  });

  test("never starts the work when it has aborted before", async () => {
    const flights = new SingleFlight<string>();
    const { start, signals } = controlledWork();

    await expect(flights.run("db", start, AbortSignal.abort(reason))).rejects.toBe(reason);

    expect(signals).toEqual([]);
  });
});

describe("abortAll", () => {
  test("ends all work with its reason and waits until all of it has been undone", async () => {
    const flights = new SingleFlight<string>();
    const works = [controlledWork(), controlledWork()];
    const callers = works.map(({ start }, index) => outcomeOf(flights.run(`key ${index}`, start)));

    const ended = flights.abortAll(reason);
    works[0]?.finishUndo();
    expect(await isSettled(ended)).toBe(false);
    works[1]?.finishUndo();
    await ended;

    expect(await Promise.all(callers)).toEqual([reason, reason]);
  });

  test("waits for work that its last caller has left as well", async () => {
    const flights = new SingleFlight<string>();
    const { start, finishUndo } = controlledWork();
    const abort = new AbortController();
    const leaving = outcomeOf(flights.run("db", start, abort.signal));
    abort.abort(reason);

    const ended = flights.abortAll(reason);
    expect(await isSettled(ended)).toBe(false);
    finishUndo();

    await Promise.all([ended, leaving]);
  });

  test("resolves at once when nothing is under way", async () => {
    await new SingleFlight().abortAll(reason);
  });
});
