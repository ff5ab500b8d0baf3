import type { Config } from "@jest/types";
import { endRun } from "./end-run.ts";
import { extendedConfig } from "./jest-options.ts";
import { runUsersHooks } from "./users-hooks.ts";

/** Runs the user's own teardowns, and ends the session. */
export default async function teardown(
  globalConfig: Config.GlobalConfig,
  project: Config.ProjectConfig,
): Promise<void> {
  const { globalTeardowns } = extendedConfig(project.testEnvironmentOptions);
  try {
    await runUsersHooks(globalTeardowns, globalConfig, project);
  } finally {
    await endRun(globalConfig);
  }
}
