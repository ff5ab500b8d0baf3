import { resolve } from "node:path";
import { expect, test } from "vitest";
import { withRootDir } from "../../../../src/integrations/jest/root-dir.ts";

test.for<readonly [string, string]>([
  ["<rootDir>/setup.js", resolve("/project/setup.js")],
  ["./setup.js", resolve("/project/setup.js")],
  ["../setup.js", resolve("/setup.js")],
  ["/elsewhere/setup.js", "/elsewhere/setup.js"],
  ["a-package/setup", "a-package/setup"],
])("%s is %s", ([path, resolved]) => {
  expect(withRootDir(path, "/project")).toBe(resolved);
});
