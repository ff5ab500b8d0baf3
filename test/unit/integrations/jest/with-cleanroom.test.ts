import { describe, expect, test } from "vitest";
import type { Config } from "jest";
import { withCleanroom } from "../../../../src/integrations/jest/with-cleanroom.ts";

/** What a configuration leaves for the environment and the set-up. */
function left({ testEnvironmentOptions }: Config): unknown {
  return testEnvironmentOptions?.["cleanroom"];
}

test("what a project has goes on to be used, and is not changed", () => {
  const own = Object.freeze({
    testEnvironment: "jsdom",
    testEnvironmentOptions: { url: "http://a" },
    setupFiles: ["./own.js"],
    globalSetup: "./setup.js",
    globalTeardown: "./teardown.js",
    unmockedModulePathPatterns: ["own"],
    verbose: true,
  });

  const config = withCleanroom(own, { config: "services.ts" });

  const ending = (name: string): unknown => expect.stringMatching(new RegExp(`jest-${name}\\.cjs$`));
  expect(config).toEqual({
    verbose: true,
    testEnvironment: ending("environment"),
    globalSetup: ending("global-setup"),
    globalTeardown: ending("global-teardown"),
    setupFiles: [ending("set-variables"), "./own.js"],
    unmockedModulePathPatterns: [expect.any(String), expect.any(String), "own"],
    testEnvironmentOptions: {
      url: "http://a",
      cleanroom: {
        config: "services.ts",
        testEnvironment: "jsdom",
        globalSetups: ["./setup.js"],
        globalTeardowns: ["./teardown.js"],
      },
    },
  });
});

test("a function that makes the configuration stays one", async () => {
  const make = withCleanroom(() => Promise.resolve({ globalSetup: "./setup.js" }), { config: "services.ts" });
  expect(left(await make())).toMatchObject({ config: "services.ts", globalSetups: ["./setup.js"] });
});

describe("of several projects", () => {
  const { projects = [], ...rest } = withCleanroom({
    globalSetup: "./of-all.js",
    projects: [{ globalSetup: "./one.js" }, "packages/two", { globalSetup: "./three.js" }, { globalSetup: "./one.js" }],
  });

  test("each has Cleanroom's set-up, which runs once with the set-ups of all", () => {
    const setups = projects.map((project) => (typeof project === "string" ? project : left(project)));
    const both = { globalSetups: ["./one.js", "./three.js"], globalTeardowns: [] };
    expect(setups).toEqual([both, "packages/two", both, both]);
  });

  test("what is for all of them stays Jest's", () => {
    expect(rest).toEqual({ globalSetup: "./of-all.js" });
  });
});

test("no test has the configuration mocked, or Cleanroom", () => {
  const patterns = withCleanroom({}).unmockedModulePathPatterns?.map((pattern) => new RegExp(pattern)) ?? [];
  const isUnmocked = (path: string): boolean => patterns.some((pattern) => pattern.test(path));
  expect(isUnmocked("/project/cleanroom.config.ts")).toBe(true);
  expect(isUnmocked(new URL("../../../../src/integrations/jest/x.cjs", import.meta.url).pathname)).toBe(true);
  expect(isUnmocked("/project/config.ts")).toBe(false);
});

test.for<readonly [object, string]>([
  [{ confg: "a.ts" }, "confg: is not an option; did you mean `config`?"],
  [{ config: 5 }, "config: must be the path of the configuration file"],
])("options are checked: %o", ([options, message]) => {
  expect(() => withCleanroom({}, options)).toThrow(`What withCleanroom() was given is not valid:\n  ${message}`);
});
