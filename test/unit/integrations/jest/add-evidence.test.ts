import type { Circus } from "@jest/types";
import { expect, test } from "vitest";
import { addEvidence } from "../../../../src/integrations/jest/add-evidence.ts";

const evidence = ["db was at postgres://test@127.0.0.1/test_1"];

/** A test that failed with these, as Jest notes it. */
function failed(...errors: Circus.TestEntry["errors"]): Pick<Circus.TestEntry, "asyncError" | "errors"> {
  return { errors, asyncError: new Error() };
}

test("the last error has it, once although it is that of several tests", () => {
  const [first, last] = [new Error("first"), new Error("last")];
  const origin = new Error();
  addEvidence(failed([first, origin], [last, origin]), evidence);
  addEvidence(failed([last, origin]), evidence);

  expect(first.message).toBe("first");
  expect(last.message).toBe("last\n\ndb was at postgres://test@127.0.0.1/test_1");
});

test.for<readonly [string, unknown, string]>([
  ["a test that took too long", "Exceeded timeout of 300 ms for a test.", "Exceeded timeout of 300 ms for a test."],
  ["data", { status: 500 }, "{ status: 500 }"],
  ["nothing", undefined, "undefined"],
])("what is no error becomes one where the test is: %s", ([, thrown, text]) => {
  const entry = failed([thrown, new Error()]);
  addEvidence(entry, evidence);

  expect(entry.errors).toHaveLength(1);
  const [error] = entry.errors[0] as [Error];
  expect(error.message).toBe(`${text}\n\n${evidence.join("")}`);
  expect(error.stack).toContain(`Error: ${error.message}\n    at `);
});

test("a frozen error is replaced by one that tells the same, from the same place", () => {
  const frozen = Object.freeze(new TypeError("frozen"));
  const entry = failed([frozen, new Error()]);
  addEvidence(entry, evidence);

  const [error] = entry.errors[0] as [Error];
  expect(error.stack).toContain(`TypeError: frozen\n\n${evidence.join("")}\n    at `);
});

test("without evidence, what was thrown stays for Jest to tell", () => {
  const entry = failed(["text", new Error()]);
  addEvidence(entry, []);
  expect(entry.errors[0]).toContain("text");
});
