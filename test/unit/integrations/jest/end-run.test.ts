import { afterEach, expect, test } from "vitest";
import { LifecycleError } from "../../../../src/index.ts";
import { endRun } from "../../../../src/integrations/jest/end-run.ts";
import { processState } from "../../../../src/integrations/jest/process-state.ts";
import { outcomeOf } from "../../support/outcome.ts";

const once = { watch: false, watchAll: false };

afterEach(() => {
  processState().session = undefined;
  processState().shared.length = 0;
});

/** Has this process hold a session and what two files shared, which note that they end. */
function open(failure?: Error): readonly string[] {
  const ended: string[] = [];
  const noting = (name: string, error?: Error): AsyncDisposable => ({
    [Symbol.asyncDispose]: () => {
      ended.push(name);
      return error === undefined ? Promise.resolve() : Promise.reject(error);
    },
  });
  const state = processState();
  state.session = noting("session");
  state.shared.push(noting("services"), noting("part", failure));
  return ended;
}

test("ends what files of this process shared, last taken first, and then the session; once", async () => {
  const ended = open();
  await endRun(once);
  await endRun(once);
  expect(ended).toEqual(["part", "services", "session"]);
});

test("ends the session although a part cannot be given back, and tells that", async () => {
  const failure = new LifecycleError("broken");
  const ended = open(failure);
  expect(await outcomeOf(endRun(once))).toBe(failure);
  expect(ended).toEqual(["part", "session"]);
});

test.for([
  { watch: true, watchAll: false },
  { watch: false, watchAll: true },
])("ends nothing in watch mode: %o", async (mode) => {
  const ended = open();
  await endRun(mode);
  expect(ended).toEqual([]);
});
