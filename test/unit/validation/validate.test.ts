import { describe, expect, test } from "vitest";
import { z } from "zod";
import { findProblems } from "../../../src/validation/validate.ts";

describe("a union", () => {
  const schema = z.strictObject({
    size: z.union([z.number(), z.strictObject({ width: z.number(), height: z.number() })]),
    either: z
      .union([z.strictObject({ one: z.number() }), z.strictObject({ one: z.string(), two: z.string() })])
      .optional(),
  });

  test("without a message of its own says what each of its branches wants", () => {
    expect(findProblems(schema, { size: "big" })).toEqual([
      {
        path: "size",
        message: "expected number, received string, or expected object, received string",
      },
    ]);
  });

  test("says what is wrong in the branch of the value's kind", () => {
    expect(findProblems(schema, { size: { width: 1, heigt: 2 } })).toEqual([
      { path: "size.height", message: "invalid input: expected number, received undefined" },
      { path: "size.heigt", message: "is not an option; did you mean `height`?" },
    ]);
  });

  test("of several branches of the value's kind takes the one with the least that is wrong", () => {
    expect(findProblems(schema, { size: 1, either: { one: "x", two: 2 } })).toEqual([
      { path: "either.two", message: "invalid input: expected string, received number" },
    ]);
  });

  test("that is fulfilled has nothing to say", () => {
    expect(findProblems(schema, { size: { width: 1, height: 2 }, either: { one: 1 } })).toEqual([]);
  });
});
