import { describe, expect, test } from "vitest";
import type { Control } from "./controls/control.ts";
import { problemsOf } from "./controls/problems.ts";
import { controls } from "./controls/table.ts";
import { root } from "./support/source-tree.ts";

describe("a control", () => {
  test.for(controls.map((control) => [control.feature, control] as const))("can be tried: %s", ([, control]) => {
    expect(problemsOf(control, root)).toEqual([]);
  });

  test("is there once for each feature", () => {
    const features = controls.map(({ feature }) => feature);
    expect(features).toEqual([...new Set(features)]);
  });

  test("that the tree has outgrown is told what is wrong", () => {
    const stale: Control = {
      row: 1,
      feature: "states",
      test: { project: "unit", file: "test/controls.test.ts", name: "a control > does what was never written" },
      off: { file: "src/index.ts", find: "export", replace: "import" },
    };
    expect(problemsOf(stale, root)).toEqual([
      'states: test/controls.test.ts has no "does what was never written".',
      expect.stringMatching(/^states: src\/index\.ts has \d+ times what is to be replaced, not once: "export"$/),
    ]);
  });

  test("of files that are gone, or that changes nothing, is told so", () => {
    const gone: Control = {
      row: "extra",
      feature: "nothing",
      test: { project: "unit", file: "test/none.test.ts", name: "none" },
      off: { file: "src/none.ts", find: "a", replace: "b" },
    };
    expect(problemsOf(gone, root)).toEqual([
      "nothing: there is no test/none.test.ts.",
      "nothing: there is no src/none.ts.",
    ]);
    const idle = { ...gone, off: { file: "src/index.ts", find: "a", replace: "a" } };
    expect(problemsOf(idle, root)).toContain("nothing: the change of src/index.ts changes nothing.");
  });
});
