import type { Circus } from "@jest/types";

/** Whether any test of a `describe` will run, as Jest decides it for each. */
export function willRun(
  block: Circus.DescribeBlock,
  state: Circus.State,
  names: readonly string[] = namesOf(block),
): boolean {
  if (block.mode === "skip") return false;
  return block.children.some((child) =>
    child.type === "test"
      ? isSelected(child, state, [...names, child.name])
      : willRun(child, state, [...names, child.name]),
  );
}

function isSelected(test: Circus.TestEntry, state: Circus.State, names: readonly string[]): boolean {
  const { hasFocusedTests, testNamePattern } = state;
  if (test.mode === "skip" || test.mode === "todo") return false;
  if (hasFocusedTests && test.mode !== "only") return false;
  return testNamePattern?.test(names.join(" ")) ?? true;
}

/** Names of a `describe` and those around it; the outermost, which is the file, has none that counts. */
function namesOf({ name, parent }: Circus.DescribeBlock): readonly string[] {
  return parent === undefined ? [] : [...namesOf(parent), name];
}
