import type { Config } from "@jest/types";
import type { CleanroomConfig } from "../../index.ts";
import { exportSession } from "../runner/exported-variables.ts";
import { openRun } from "../runner/open-run.ts";
import { endRun } from "./end-run.ts";
import { processState } from "./process-state.ts";
import { loadProjectConfig } from "./project-config.ts";
import { runSetUps } from "./run-set-ups.ts";

/**
 * Checks the configuration and opens a session, in which test files start services; their processes find it in the environment
 * variables. Watch mode keeps it from run to run.
 */
export default async function setup(globalConfig: Config.GlobalConfig, project: Config.ProjectConfig): Promise<void> {
  const state = processState();
  if (state.session === undefined) {
    const { config, rootDirectory } = await loadProjectConfig(project);
    state.session = await openSession(config, rootDirectory);
  }
  try {
    await runSetUps(globalConfig, project);
  } catch (error) {
    await endRun(globalConfig); // Jest calls no teardown then.
    throw error;
  }
}

/** Opens the session and tells the processes of test files of it. */
async function openSession(config: CleanroomConfig, rootDirectory: string): Promise<AsyncDisposable | undefined> {
  const environment = await openRun(config, rootDirectory);
  if (environment === undefined) return undefined;
  const forget = exportSession(environment.sessionId);
  return {
    [Symbol.asyncDispose]: async () => {
      forget();
      await environment[Symbol.asyncDispose]();
    },
  };
}
