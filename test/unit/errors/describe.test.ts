import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { hasCode, isCleanroomError } from "../../../src/errors/cleanroom-error.ts";
import { describeLogs, lines, messageOf } from "../../../src/errors/describe.ts";
import { LifecycleError, ProbeError } from "../../../src/index.ts";

function fromAnotherRealm(code: string): unknown {
  return runInNewContext(`Object.assign(new Error("elsewhere"), { code: ${JSON.stringify(code)} })`);
}

describe("hasCode", () => {
  test("knows an error by its code", () => {
    expect(hasCode(new LifecycleError("late"), "CLEANROOM_LIFECYCLE")).toBe(true);
    expect(hasCode(new LifecycleError("late"), "CLEANROOM_TIMEOUT")).toBe(false);
  });

  test("knows an error of another realm, where instanceof does not", () => {
    const error = fromAnotherRealm("CLEANROOM_LIFECYCLE");

    expect(error).not.toBeInstanceOf(Error);
    expect(hasCode(error, "CLEANROOM_LIFECYCLE")).toBe(true);
    expect(hasCode(error, "CLEANROOM_TIMEOUT")).toBe(false);
  });

  test.for([undefined, null, "CLEANROOM_LIFECYCLE", 7, {}])("takes anything that can be thrown: %s", (thrown) => {
    expect(hasCode(thrown, "CLEANROOM_LIFECYCLE")).toBe(false);
  });
});

describe("messageOf", () => {
  test.for([
    [new ProbeError("status 503"), "status 503"],
    ["text", "text"],
    [undefined, "undefined"],
    [null, "null"],
    [{ message: 7 }, "7"],
    [{}, "[object Object]"],
    [fromAnotherRealm("X"), "elsewhere"],
    [Object.assign(new AggregateError([]), { code: "ECONNREFUSED" }), "ECONNREFUSED"],
  ] as const)("of %o is %o", ([thrown, message]) => {
    expect(messageOf(thrown)).toBe(message);
  });
});

test.for([
  ["without a prototype", Object.create(null) as unknown],
  ["whose message has no text", { message: Object.create(null) as unknown }],
  [
    "that cannot be looked at",
    {
      get message(): never {
        throw new LifecycleError("no");
      },
    },
  ],
] as const)("messageOf takes an object %s", ([, thrown]) => {
  expect(messageOf(thrown)).toBe("a value that has no text");
  expect(isCleanroomError(thrown)).toBe(false);
});

test("a code without a text is not one of ours", () => {
  expect(isCleanroomError({ code: Object.create(null) as unknown })).toBe(false);
});

test("log lines are indented, and their absence is told", () => {
  expect(describeLogs("one\ntwo\n\n")).toBe("Its last log lines:\n  one\n  two");
  expect(describeLogs(" \n")).toBe("It logged nothing.");
});

test("lines leaves out what is not there", () => {
  expect(lines("one", undefined, "", "two")).toBe("one\ntwo");
});
