import { inspect } from "node:util";
import { expect, test } from "vitest";
import { addEvidence } from "../../../../src/integrations/node/add-evidence.ts";

const evidence = ["db was at postgres://test@127.0.0.1/test_1", "The last log lines of db:\n  | ERROR"];

/** As Node makes it of what a test threw. */
function failureOf(thrown: unknown): Error {
  return new Error(thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown });
}

test("evidence follows the message of an error, once in its stack as well", () => {
  const thrown = new TypeError("own");
  const failure = failureOf(thrown);
  addEvidence(failure, evidence);

  const message = `own\n\n${evidence.join("\n\n")}`;
  expect(failure.message).toBe(message);
  expect(thrown.message).toBe(message);
  expect(thrown.stack?.startsWith(`TypeError: ${message}\n    at `)).toBe(true);
  expect(inspect(thrown).match(/was at/g)).toHaveLength(1);
});

test("a message that comes from an error's class is overridden", () => {
  const thrown = new DOMException("aborted", "AbortError");
  addEvidence(failureOf(thrown), evidence);
  expect(thrown.message).toContain("aborted\n\ndb was at");
});

test.for([
  ["text", "text"],
  ["a frozen error", Object.freeze(new Error("frozen"))],
  ["nothing", undefined],
])("what reporters show of %s has lines", ([, thrown]) => {
  const failure = failureOf(thrown);
  addEvidence(failure, evidence);
  expect(inspect(failure.cause)).toMatch(
    /^(text|frozen|undefined)\n\ndb was at .*\n\nThe last log lines of db:\n {2}\| ERROR$/,
  );
});

test("without evidence nothing changes", () => {
  const failure = failureOf("text");
  addEvidence(failure, []);
  expect(failure).toMatchObject({ message: "text", cause: "text" });
});
