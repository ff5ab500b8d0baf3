import { describe, expect, test } from "vitest";
import { CleanupError, LifecycleError } from "../../../src/index.ts";
import { ResourceScope } from "../../../src/lifecycle/resource-scope.ts";
import { isSettled, outcomeOf } from "../support/outcome.ts";

/** A scope, and what was released in which order. */
function ledger() {
  const released: string[] = [];
  const scope = new ResourceScope();
  const hold = async (name: string, failure?: Error): Promise<void> => {
    await scope.defer(async () => {
      await Promise.resolve();
      released.push(name);
      if (failure !== undefined) throw failure;
    });
  };
  return { scope, released, hold };
}

describe("disposing", () => {
  test("releases last in, first out, one after the other", async () => {
    const { scope, released, hold } = ledger();
    await hold("first");
    await hold("second");
    await hold("third");

    await scope[Symbol.asyncDispose]();

    expect(released).toEqual(["third", "second", "first"]);
  });

  test("releases everything although some fail, and tells of all failures together", async () => {
    const { scope, released, hold } = ledger();
    const [one, other] = [new LifecycleError("one"), new LifecycleError("other")];
    await hold("first", one);
    await hold("second");
    await hold("third", other);

    const error = await outcomeOf(scope[Symbol.asyncDispose]());

    expect(released).toEqual(["third", "second", "first"]);
    expect(error).toEqual(new CleanupError([other, one]));
    expect(error).toMatchObject({ errors: [other, one], cause: other });
  });

  test("takes a release that throws before it returns a promise", async () => {
    const scope = new ResourceScope();
    const failure = new LifecycleError("at once");
    await scope.defer(() => {
      throw failure;
    });

    expect(await outcomeOf(scope[Symbol.asyncDispose]())).toMatchObject({ errors: [failure] });
  });

  test("happens once; who asks again gets the same disposal", async () => {
    const { scope, released, hold } = ledger();
    const failure = new LifecycleError("stuck");
    await hold("only", failure);

    const disposals = [1, 2, 3].map(() => outcomeOf(scope[Symbol.asyncDispose]()));
    const [first, ...others] = await Promise.all(disposals);
    const later = await outcomeOf(scope[Symbol.asyncDispose]());

    expect(released).toEqual(["only"]);
    for (const other of [...others, later]) expect(other).toBe(first);
  });

  test("of an empty scope is nothing", async () => {
    await new ResourceScope()[Symbol.asyncDispose]();
  });
});

describe("a release that is deferred after the disposal", () => {
  test("runs at once", async () => {
    const { scope, released, hold } = ledger();
    await scope[Symbol.asyncDispose]();

    await hold("late");

    expect(released).toEqual(["late"]);
  });

  test("runs at once while the disposal is under way, too", async () => {
    const { scope, released, hold } = ledger();
    const blocked = Promise.withResolvers<void>();
    await scope.defer(() => blocked.promise);
    const disposal = scope[Symbol.asyncDispose]();

    await hold("late");

    expect(released).toEqual(["late"]);
    expect(await isSettled(disposal)).toBe(false);
    blocked.resolve();
    await disposal;
  });

  test("tells whoever defers it when it fails", async () => {
    const { scope, hold } = ledger();
    await scope[Symbol.asyncDispose]();
    const failure = new LifecycleError("late and broken");

    await expect(hold("late", failure)).rejects.toBe(failure);
  });
});

describe("moving", () => {
  test("hands every release to the new scope, and the old one forgets them", async () => {
    const { scope, released, hold } = ledger();
    await hold("first");
    await hold("second");

    const moved = scope.move();
    await scope[Symbol.asyncDispose]();
    expect(released).toEqual([]);
    await moved[Symbol.asyncDispose]();

    expect(released).toEqual(["second", "first"]);
  });

  test("leaves an `await using` with nothing to give back", async () => {
    const { scope, released, hold } = ledger();
    const steps = async (): Promise<ResourceScope> => {
      await using rollback = scope;
      await hold("kept");
      return rollback.move();
    };

    const owned = await steps();

    expect(released).toEqual([]);
    await owned[Symbol.asyncDispose]();
    expect(released).toEqual(["kept"]);
  });
});
