import { resolve } from "node:path";
import type { TestProject } from "vitest/node";
import { CleanroomEnvironment, findConfigFile, loadConfigFile } from "../../index.ts";
import { holdBackSignals } from "./hold-back-signals.ts";
import type { CleanroomPluginOptions } from "./plugin-options.ts";
import { progressListeners } from "./progress.ts";
import type {} from "./provided.ts";

/** Starts the services; the function it returns, which vitest calls after the last test, removes them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const file = await configFileOf(project);
  // Through vite, so that it may import what the tests may import.
  const loaded = await loadConfigFile(file, (path) => project.import(path));
  const giveBackSignals = holdBackSignals();
  try {
    const environment = await startFor(project, loaded);
    return async () => {
      try {
        await environment[Symbol.asyncDispose]();
      } finally {
        giveBackSignals();
      }
    };
  } catch (error) {
    giveBackSignals();
    throw error;
  }
}

/** Starts the services and tells the tests how to reach them. When either fails, nothing is left. */
async function startFor(
  project: TestProject,
  { config, rootDirectory }: Awaited<ReturnType<typeof loadConfigFile>>,
): Promise<CleanroomEnvironment> {
  const listeners = progressListeners((line) => {
    project.vitest.logger.log(line);
  });
  const environment = await CleanroomEnvironment.start(config, { rootDirectory, listeners });
  try {
    project.provide("cleanroom", environment.connections);
    return environment;
  } catch (error) {
    await environment[Symbol.asyncDispose]();
    throw error;
  }
}

function configFileOf(project: TestProject): string | Promise<string> {
  const plugin = project.viteConfig.plugins.find(({ name }) => name === "cleanroom");
  const { config } = (plugin?.api ?? {}) as CleanroomPluginOptions;
  const { root } = project.config;
  return config === undefined ? findConfigFile(root) : resolve(root, config);
}
