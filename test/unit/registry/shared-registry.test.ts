import { describe, expect, test } from "vitest";
import { LifecycleError } from "../../../src/index.ts";
import type { RegistryEntry } from "../../../src/registry/container-registry.ts";
import { SharedRegistry } from "../../../src/registry/shared-registry.ts";
import { outcomeOf } from "../support/outcome.ts";

const reason = new LifecycleError("cleaned up");

function entry(name: string, id = `${name}-1`): RegistryEntry {
  return { name, id, state: "running" };
}

/** A registry, and the ids of what it removed. */
function ledger() {
  const removed: string[] = [];
  const forgiven: string[] = [];
  const registry = new SharedRegistry<RegistryEntry>(
    ({ id }) => {
      removed.push(id);
      return Promise.resolve();
    },
    (name) => {
      forgiven.push(name);
      return Promise.resolve();
    },
  );
  return { registry, removed, forgiven };
}

describe("asking for a name", () => {
  test("starts it once, however many ask, and then finds it", async () => {
    const { registry } = ledger();
    let starts = 0;
    const start = (): Promise<RegistryEntry> => Promise.resolve(entry("db", `db-${(starts += 1)}`));

    const first = await Promise.all(Array.from({ length: 50 }, () => registry.getOrStart("db", start)));
    const later = await registry.getOrStart("db", start);

    expect(new Set([...first, later]).size).toBe(1);
    expect(starts).toBe(1);
    expect(registry.get("db")).toBe(later);
    expect(registry.has("db")).toBe(true);
  });

  test("leaves no entry when the start fails, and the next one starts afresh", async () => {
    const { registry } = ledger();

    await expect(registry.getOrStart("db", () => Promise.reject(reason))).rejects.toBe(reason);
    expect([registry.has("db"), registry.get("db"), registry.list()]).toEqual([false, undefined, []]);

    expect(await registry.getOrStart("db", () => Promise.resolve(entry("db")))).toEqual(entry("db"));
  });

  test("finds what is there although its signal has aborted", async () => {
    const { registry } = ledger();
    await registry.getOrStart("db", () => Promise.resolve(entry("db")));

    const found = registry.getOrStart("db", () => Promise.reject(reason), AbortSignal.abort(reason));

    expect(await found).toEqual(entry("db"));
  });
});

describe("the list", () => {
  test("is in the order in which they started, and so are the states", async () => {
    const { registry } = ledger();
    const slow = Promise.withResolvers<RegistryEntry>();
    const first = registry.getOrStart("slow", () => slow.promise);
    await registry.getOrStart("quick", () => Promise.resolve(entry("quick")));
    slow.resolve(entry("slow"));
    await first;

    expect(registry.list().map(({ name }) => name)).toEqual(["quick", "slow"]);
    expect(registry.states()).toEqual({ quick: "running", slow: "running" });
  });
});

describe("deleting", () => {
  test("removes the container and forgets it at once, so that the next request starts another", async () => {
    const { registry, removed } = ledger();
    await registry.getOrStart("db", () => Promise.resolve(entry("db")));

    const deletion = registry.delete("db");
    expect(registry.has("db")).toBe(false);
    expect(await deletion).toBe(true);
    const another = await registry.getOrStart("db", () => Promise.resolve(entry("db", "db-2")));

    expect(another.id).toBe("db-2");
    expect(removed).toEqual(["db-1"]);
  });

  test("tells when there is nothing to delete but a failure; the second of two has nothing", async () => {
    const { registry, removed, forgiven } = ledger();
    await registry.getOrStart("db", () => Promise.resolve(entry("db")));

    expect(await Promise.all([registry.delete("db"), registry.delete("db"), registry.delete("cache")])).toEqual([
      true,
      false,
      false,
    ]);
    expect(removed).toEqual(["db-1"]);
    expect(forgiven).toEqual(["db", "cache"]);
  });
});

test("forgetting an entry does not forget another that has taken its name", async () => {
  const { registry, removed } = ledger();
  const old = await registry.getOrStart("db", () => Promise.resolve(entry("db")));
  registry.forget(old);
  const current = await registry.getOrStart("db", () => Promise.resolve(entry("db", "db-2")));

  registry.forget(old);

  expect(registry.get("db")).toBe(current);
  expect(removed).toEqual([]);
});

test("aborting starts tells everybody who waits, and leaves no entry", async () => {
  const { registry } = ledger();
  const start = (signal: AbortSignal): Promise<RegistryEntry> =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  const outcomes = ["db", "cache"].map((name) => outcomeOf(registry.getOrStart(name, start)));

  await registry.abortStarts(reason);

  expect(await Promise.all(outcomes)).toEqual([reason, reason]);
  expect(registry.list()).toEqual([]);
});
