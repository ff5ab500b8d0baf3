import type { Circus } from "@jest/types";

/** A `describe` as Jest has it; the outermost one is the file. */
export function block(name: string, options: Partial<Circus.DescribeBlock> = {}): Circus.DescribeBlock {
  const made = { type: "describeBlock", name, children: [], hooks: [], mode: undefined, ...options };
  const described = made as unknown as Circus.DescribeBlock; // The rest of it is deprecated.
  options.parent?.children.push(described);
  return described;
}

/** A test in a `describe`. */
export function entry(
  name: string,
  parent: Circus.DescribeBlock,
  options: Partial<Circus.TestEntry> = {},
): Circus.TestEntry {
  const made = { type: "test", name, parent, errors: [], asyncError: new Error(), fn: () => undefined, ...options };
  parent.children.push(made as unknown as Circus.TestEntry); // The rest of it is Jest's own affair.
  return made as unknown as Circus.TestEntry;
}

/** Where Jest is. */
export function stateOf(options: Partial<Circus.State>): Circus.State {
  return { hasStarted: false, hasFocusedTests: false, testNamePattern: undefined, ...options } as Circus.State;
}
