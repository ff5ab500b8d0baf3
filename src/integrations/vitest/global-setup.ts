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
  const { config, rootDirectory } = await loadConfigFile(file, (path) => project.import(path));
  const listeners = progressListeners((line) => {
    project.vitest.logger.log(line);
  });
  const giveBackSignals = holdBackSignals();
  try {
    const environment = await CleanroomEnvironment.start(config, { rootDirectory, listeners });
    project.provide("cleanroom", environment.connections);
    return async () => {
      await environment[Symbol.asyncDispose]();
      giveBackSignals();
    };
  } catch (error) {
    giveBackSignals();
    throw error;
  }
}

function configFileOf(project: TestProject): string | Promise<string> {
  const plugin = project.viteConfig.plugins.find(({ name }) => name === "cleanroom");
  const { config } = (plugin?.api ?? {}) as CleanroomPluginOptions;
  const { root } = project.config;
  return config === undefined ? findConfigFile(root) : resolve(root, config);
}
