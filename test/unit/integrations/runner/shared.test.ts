import { expect, test } from "vitest";
import { LifecycleError } from "../../../../src/index.ts";
import { Shared } from "../../../../src/integrations/runner/shared.ts";
import { outcomeOf } from "../../support/outcome.ts";

/** Something that notes when it is made and disposed. */
function noted(): { readonly shared: Shared<AsyncDisposable>; readonly notes: string[] } {
  const notes: string[] = [];
  const make = (): Promise<AsyncDisposable> => {
    notes.push("made");
    return Promise.resolve({ [Symbol.asyncDispose]: async () => Promise.resolve(void notes.push("disposed")) });
  };
  return { shared: new Shared(make), notes };
}

test("all who take it at the same time or later get the same, until the last has given it back", async () => {
  const { shared, notes } = noted();
  const [first, second] = await Promise.all([shared.take(), shared.take()]);
  await first[Symbol.asyncDispose]();
  const third = await shared.take();
  await second[Symbol.asyncDispose]();

  expect(new Set([first.value, second.value, third.value]).size).toBe(1);
  expect(notes).toEqual(["made"]);
  await third[Symbol.asyncDispose]();
  expect(notes).toEqual(["made", "disposed"]);
});

test("who comes after that gets another", async () => {
  const { shared, notes } = noted();
  await (await shared.take())[Symbol.asyncDispose]();
  await (await shared.take())[Symbol.asyncDispose]();

  expect(notes).toEqual(["made", "disposed", "made", "disposed"]);
});

test("a failure is told to those who wait, and is not kept", async () => {
  const failure = new LifecycleError("broken");
  const outcomes = [Promise.reject(failure), Promise.resolve({ [Symbol.asyncDispose]: () => Promise.resolve() })];
  outcomes[0]?.catch(() => undefined);
  const shared = new Shared(() => outcomes.shift() ?? Promise.reject(failure));

  expect(await Promise.all([outcomeOf(shared.take()), outcomeOf(shared.take())])).toEqual([failure, failure]);
  await (await shared.take())[Symbol.asyncDispose]();
});
