import type { Config } from "@jest/types";
import { ConfigurationError } from "../../index.ts";
import { exportedVariable, exportVariable } from "../runner/exported-variables.ts";
import { extendedConfig } from "./jest-options.ts";
import { withRootDir } from "./root-dir.ts";
import { runUsersHooks } from "./users-hooks.ts";

/** The set-ups of the user's own that ran before the tests, as JSON. */
const VARIABLE = "CLEANROOM_JEST_SETUPS";

/** What is looked at of a project. */
type Project = Pick<Config.ProjectConfig, "rootDir" | "testEnvironmentOptions">;

/** Runs the global set-ups that a project has besides Cleanroom's, and notes it for the processes of the tests. */
export async function runSetUps(globalConfig: Config.GlobalConfig, project: Config.ProjectConfig): Promise<void> {
  exportVariable(VARIABLE, JSON.stringify(setUpsOf(project)));
  await runUsersHooks(extendedConfig(project.testEnvironmentOptions).globalSetups, globalConfig, project);
}

/**
 * Of all projects that have the same global set-up, which Cleanroom's is, Jest runs it for one.
 *
 * @throws ConfigurationError when the one of this project did not run, so that its tests would lack what it makes.
 */
export function assertSetUp(project: Project): void {
  const noted = exportedVariable(VARIABLE);
  if (noted === undefined) {
    throw refusal(
      "is another than Cleanroom's, without which each process would start services of its own: " +
        "give yours to `withCleanroom({ globalSetup: … })`, in place of the preset",
    );
  }
  const [missing] = setUpsOf(project).filter((path) => !(JSON.parse(noted) as readonly string[]).includes(path));
  if (missing === undefined) return;
  throw refusal(
    `${missing} did not run: of several projects with files of their own, Jest runs Cleanroom's set-up for one. ` +
      "Name it in the configuration that has `projects`",
  );
}

function setUpsOf({ rootDir, testEnvironmentOptions }: Project): readonly string[] {
  return (extendedConfig(testEnvironmentOptions).globalSetups ?? []).map((path) => withRootDir(path, rootDir));
}

function refusal(message: string): ConfigurationError {
  return new ConfigurationError({
    origin: "The configuration of Jest",
    problems: [{ path: "globalSetup", message }],
  });
}
