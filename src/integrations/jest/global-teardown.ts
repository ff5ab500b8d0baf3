import type { Config } from "@jest/types";
import { extendedConfig } from "./jest-options.ts";
import { processState } from "./process-state.ts";
import { runUsersHooks } from "./users-hooks.ts";

/** Ends the session, and with it whatever was started; in watch mode Jest calls this after every run, and ends nothing. */
export default async function teardown(
  globalConfig: Config.GlobalConfig,
  project: Config.ProjectConfig,
): Promise<void> {
  const { globalTeardowns } = extendedConfig(project.testEnvironmentOptions);
  const isWatching = globalConfig.watch || globalConfig.watchAll;
  try {
    await runUsersHooks(globalTeardowns, globalConfig, project);
  } finally {
    if (!isWatching) await closeAll();
  }
}

/** Test files have run in this very process if Jest found that it need not start others. */
async function closeAll(): Promise<void> {
  const state = processState();
  const { session } = state;
  state.session = undefined;
  try {
    for (const shared of state.shared.splice(0).reverse()) await shared[Symbol.asyncDispose]();
  } finally {
    await session?.[Symbol.asyncDispose]();
  }
}
