import { expect, test } from "vitest";
import { baseEnvironment } from "../../../../src/integrations/jest/base-environment.ts";
import { root } from "../../../support/source-tree.ts";
import { directoryWith } from "../../support/plans.ts";

test.for([undefined, "node", "jest-environment-node"])("%s is Jest's own environment of Node", (name) => {
  expect(baseEnvironment(root, name).name).toBe("NodeEnvironment");
});

test.for<readonly [string, string]>([
  ["default", "exports.default = class Own {};"],
  ["named", "exports.TestEnvironment = class Own {};"],
  ["module", "module.exports = class Own {};"],
])("a project's own is found by its path, whatever it exports: %s", async ([, source]) => {
  await using directory = await directoryWith({ "own.cjs": source });
  expect(baseEnvironment(directory.path, "<rootDir>/own.cjs").name).toBe("Own");
  expect(baseEnvironment(directory.path, "./own.cjs").name).toBe("Own");
});

test("a package may be named without what all of them begin with", async () => {
  await using directory = await directoryWith({
    "node_modules/jest-environment-own/index.js": "exports.TestEnvironment = class Own {};",
  });
  expect(baseEnvironment(directory.path, "own").name).toBe("Own");
});

test("told of is what there is not, or what is none", async () => {
  await using directory = await directoryWith({ "none.cjs": "module.exports = 5;" });
  const invalid = "The configuration of Jest is not valid:\n  testEnvironment: ";
  expect(() => baseEnvironment(directory.path, "jsdomm")).toThrow(
    `${invalid}there is neither a package jest-environment-jsdomm nor jsdomm`,
  );
  expect(() => baseEnvironment(directory.path, "./none.cjs")).toThrow(`${invalid}./none.cjs exports no class`);
});
