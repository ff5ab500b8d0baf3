import type { Config } from "@jest/types";
import { afterEach, expect, test, vi } from "vitest";
import { assertSetUp, runSetUps } from "../../../../src/integrations/jest/run-set-ups.ts";
import { directoryWith } from "../../support/plans.ts";

const VARIABLE = "CLEANROOM_JEST_SETUPS";

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A project with set-ups of its own. */
function project(rootDir: string, ...globalSetups: readonly string[]): Config.ProjectConfig {
  return { rootDir, testEnvironmentOptions: { cleanroom: { globalSetups } } } as unknown as Config.ProjectConfig;
}

test("a project whose set-ups ran is set up, and one that has none", async () => {
  vi.stubEnv(VARIABLE, undefined); // And so it is put back.
  await using directory = await directoryWith({});
  await runSetUps({} as Config.GlobalConfig, project(directory.path));
  expect(() => {
    assertSetUp(project("/another"));
  }).not.toThrow();

  vi.stubEnv(VARIABLE, JSON.stringify(["/one/setup.js"]));
  expect(() => {
    assertSetUp(project("/one", "<rootDir>/setup.js"));
    assertSetUp(project("/elsewhere", "/one/setup.js"));
  }).not.toThrow();
});

test("told of is a set-up that did not run, as it is that of another project", () => {
  vi.stubEnv(VARIABLE, JSON.stringify(["/one/setup.js"]));
  expect(() => {
    assertSetUp(project("/two", "./setup.js"));
  }).toThrow("globalSetup: /two/setup.js did not run: of several projects with files of their own");
});

test("told of is that Cleanroom's did not run", () => {
  vi.stubEnv(VARIABLE, undefined);
  expect(() => {
    assertSetUp(project("/one"));
  }).toThrow("globalSetup: is another than Cleanroom's");
});
