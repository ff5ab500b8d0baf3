import { beforeEach, describe, expect, test, vi, type MockInstance } from "vitest";
import { tearDownOnSignal } from "../../../src/environment/signal-teardown.ts";
import { holdBackSignals } from "../../../src/integrations/vitest/hold-back-signals.ts";
import { clearProcessListeners, raise } from "../support/signals.ts";

let kill: MockInstance<typeof process.kill>;

beforeEach(() => {
  clearProcessListeners("SIGHUP");
  kill = vi.spyOn(process, "kill").mockReturnValue(true);
});

/** A copy of a module of its own, as a second project or the other build loads it. */
async function anotherCopy<T>(load: () => Promise<T>): Promise<T> {
  vi.resetModules();
  return load();
}

describe("a signal", () => {
  test("is raised again when every copy of the package has cleaned up, and not before", async () => {
    const copy = await anotherCopy(() => import("../../../src/environment/signal-teardown.ts"));
    expect(copy.tearDownOnSignal).not.toBe(tearDownOnSignal);
    const slow = Promise.withResolvers<undefined>();
    const calls: string[] = [];
    const ends = [
      tearDownOnSignal(() => Promise.resolve(calls.push("quick"))),
      copy.tearDownOnSignal(() => slow.promise.then(() => calls.push("slow"))),
    ];

    expect(process.listenerCount("SIGHUP")).toBe(1);
    raise("SIGHUP");
    await vi.waitFor(() => {
      expect(calls).toEqual(["quick"]);
    });
    expect(kill).not.toHaveBeenCalled();
    expect(process.listenerCount("SIGHUP")).toBe(1); // Whoever ends the process when nobody else listens must not do so yet.

    slow.resolve(undefined);
    await vi.waitFor(() => {
      expect(kill.mock.calls).toEqual([[process.pid, "SIGHUP"]]);
    });
    expect(calls).toEqual(["quick", "slow"]);
    expect(process.listenerCount("SIGHUP")).toBe(0);
    for (const end of ends) end();
  });

  test("that comes again ends the process at once, whatever is left to clean up", () => {
    const end = tearDownOnSignal(() => new Promise(() => {}));

    raise("SIGHUP");
    expect(kill).not.toHaveBeenCalled();
    raise("SIGHUP");

    expect(kill.mock.calls).toEqual([[process.pid, "SIGHUP"]]);
    end();
  });

  test("is listened for until the last has nothing left, whichever copy came first", async () => {
    const copy = await anotherCopy(() => import("../../../src/environment/signal-teardown.ts"));
    const first = tearDownOnSignal(() => Promise.resolve());
    const second = copy.tearDownOnSignal(() => Promise.resolve());

    first();
    expect(process.listenerCount("SIGHUP")).toBe(1);
    second();
    expect(process.listenerCount("SIGHUP")).toBe(0);
  });

  test("is listened for although somebody took the listener of an earlier environment away", () => {
    const first = tearDownOnSignal(() => Promise.resolve());
    process.removeAllListeners("SIGHUP");
    const second = tearDownOnSignal(() => Promise.resolve());

    expect(process.listenerCount("SIGHUP")).toBe(1);
    first();
    second();
  });
});

describe("while two projects hold signals back", () => {
  test("the first signal cleans up, and only its repetition is the runner's", async () => {
    const runner = vi.fn();
    process.once("SIGHUP", runner);
    const copy = await anotherCopy(() => import("../../../src/integrations/vitest/hold-back-signals.ts"));
    expect(copy.holdBackSignals).not.toBe(holdBackSignals);
    const cleaned: string[] = [];
    const giveBacks = [holdBackSignals()];
    const ends = [tearDownOnSignal(() => Promise.resolve(cleaned.push("first")))];
    giveBacks.push(copy.holdBackSignals());
    ends.push(tearDownOnSignal(() => Promise.resolve(cleaned.push("second"))));

    raise("SIGHUP");
    await vi.waitFor(() => {
      expect(kill).toHaveBeenCalledOnce();
    });
    expect(cleaned).toEqual(["first", "second"]);
    expect(runner).not.toHaveBeenCalled();

    raise("SIGHUP");
    raise("SIGHUP");
    expect(runner).toHaveBeenCalledOnce(); // It was added with `once`.
    for (const undo of [...ends, ...giveBacks]) undo();
  });

  test("the runner has them back when the last project is done, as it had them", () => {
    const always = vi.fn();
    const once = vi.fn();
    process.on("SIGHUP", always).once("SIGHUP", once);
    const [first, second] = [holdBackSignals(), holdBackSignals()];

    first();
    expect(process.listeners("SIGHUP")).not.toContain(always);
    second();
    expect(process.listeners("SIGHUP")).toEqual([always, once]);

    raise("SIGHUP");
    raise("SIGHUP");
    expect([always, once].map(({ mock }) => mock.calls.length)).toEqual([2, 1]);
  });
});
