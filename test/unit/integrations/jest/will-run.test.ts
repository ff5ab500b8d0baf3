import { expect, test } from "vitest";
import { willRun } from "../../../../src/integrations/jest/will-run.ts";
import { block, entry, stateOf } from "./circus.ts";

test("a describe runs if one of its tests does, however deep", () => {
  const file = block("ROOT");
  const outer = block("outer", { parent: file });
  const inner = block("inner", { parent: outer });
  expect(willRun(file, stateOf({}))).toBe(false);
  entry("a test", inner);
  expect(willRun(file, stateOf({}))).toBe(true);
});

test("what is skipped or yet to be written does not run", () => {
  const file = block("ROOT");
  entry("skipped", file, { mode: "skip" });
  entry("to be written", file, { mode: "todo" });
  entry("in what is skipped", block("skipped", { parent: file, mode: "skip" }));
  expect(willRun(file, stateOf({}))).toBe(false);
});

test("where some are focused, only those run", () => {
  const file = block("ROOT");
  const others = block("others", { parent: file });
  entry("another", others);
  entry("focused", file, { mode: "only" });
  expect(willRun(others, stateOf({ hasFocusedTests: true }))).toBe(false);
  expect(willRun(file, stateOf({ hasFocusedTests: true }))).toBe(true);
});

test("a pattern is one of names, from the outermost describe on", () => {
  const file = block("ROOT");
  const orders = block("orders", { parent: file });
  entry("are kept", orders);
  expect(willRun(orders, stateOf({ testNamePattern: /^orders are kept$/ }))).toBe(true);
  expect(willRun(file, stateOf({ testNamePattern: /^orders are kept$/ }))).toBe(true);
  expect(willRun(file, stateOf({ testNamePattern: /ROOT/ }))).toBe(false);
});
