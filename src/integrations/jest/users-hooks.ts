import { createRequire } from "node:module";
import { join } from "node:path";
import type { Config } from "@jest/types";
import { ConfigurationError } from "../../index.ts";
import { requireAsJest } from "./require-as-jest.ts";
import { withRootDir } from "./root-dir.ts";

/** Runs the global set-ups or teardowns that projects have besides Cleanroom's, as Jest would. */
export async function runUsersHooks(
  paths: readonly string[] | undefined,
  globalConfig: Config.GlobalConfig,
  project: Config.ProjectConfig,
): Promise<void> {
  for (const path of paths ?? []) await run(path, globalConfig, project);
}

async function run(path: string, globalConfig: Config.GlobalConfig, project: Config.ProjectConfig): Promise<void> {
  const { rootDir } = project;
  const file = createRequire(join(rootDir, "package.json")).resolve(withRootDir(path, rootDir));
  const hook = await requireAsJest(project, file);
  if (typeof hook !== "function") {
    const message = "must export a function by default, or as `module.exports`";
    throw new ConfigurationError({ origin: "The configuration of Jest", problems: [{ path, message }] });
  }
  await (hook as (globalConfig: Config.GlobalConfig, project: Config.ProjectConfig) => unknown)(globalConfig, project);
}
