import { expect, test } from "vitest";
import { isInRange } from "../../../src/cli/node-range.ts";
import { supportedNode } from "../../../src/config/package-version.ts";

test.for([
  ["20.20.2", false],
  ["22.21.9", false],
  ["22.22.0", true],
  ["23.11.0", false],
  ["24.10.0", false],
  ["24.11.0", true],
  ["25.9.0", false],
  ["26.0.0", true],
  ["27.1.0", true],
] as const)("Node %s: %s", ([version, isSupported]) => {
  expect(isInRange(version, "^22.22 || ^24.11 || >=26")).toBe(isSupported);
});

test("the Node that runs this is in the package's own range", () => {
  expect(isInRange(process.versions.node, supportedNode())).toBe(true);
});
