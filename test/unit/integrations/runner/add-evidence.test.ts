import { expect, test } from "vitest";
import { addEvidence } from "../../../../src/integrations/runner/add-evidence.ts";

const evidence = ["db was at postgres://test@127.0.0.1/test_1", "The last log lines of db:\n  | ERROR"];
const added = evidence.join("\n\n");

test("evidence follows the message, once in the stack as well", () => {
  const error = new TypeError("T");
  expect(addEvidence(error, evidence)).toBe(true);
  expect(error.message).toBe(`T\n\n${added}`);
  expect(error.stack).toMatch(/^TypeError: T\n\ndb was at [^|]*\| ERROR\n {4}at /);
});

test("what is told already is not told again", () => {
  const error = new Error("own");
  addEvidence(error, evidence);
  addEvidence(error, evidence);
  expect(error.message).toBe(`own\n\n${added}`);
});

test("where nothing was told, it follows the name of the error", () => {
  const error = new RangeError();
  addEvidence(error, evidence);
  expect(error.message).toBe(added);
  expect(error.stack).toMatch(/^RangeError: db was at [^|]*\| ERROR\n {4}at /);
});

test("a stack that was made before the message was changed has it before its frames", () => {
  const error = new Error("before");
  expect(error.stack).toContain("before");
  error.message = "since then";
  addEvidence(error, evidence);
  expect(error.stack).toMatch(/^Error: before: since then\n\ndb was at [^|]*\| ERROR\n {4}at /);
});

test("a message that comes from an error's class is overridden", () => {
  const error = new DOMException("aborted", "AbortError");
  expect(addEvidence(error, evidence)).toBe(true);
  expect(error.message).toBe(`aborted\n\n${added}`);
});

test("plain data, as vitest makes it of errors, stays plain data", () => {
  const error = { name: "Error", message: "own", stack: "Error: own\n    at a.ts:1:1" };
  addEvidence(error, evidence);
  expect({ ...error }).toEqual({
    name: "Error",
    message: `own\n\n${added}`,
    stack: `Error: own\n\n${added}\n    at a.ts:1:1`,
  });
});

test("what is frozen stays as it is, and whoever asks is told", () => {
  const error = Object.freeze(new Error("frozen"));
  expect(addEvidence(error, evidence)).toBe(false);
  expect(error.message).toBe("frozen");
});

test("without evidence nothing changes", () => {
  const error = Object.freeze(new Error("frozen"));
  expect(addEvidence(error, [])).toBe(true);
});
