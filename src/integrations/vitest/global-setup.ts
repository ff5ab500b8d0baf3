import { resolve } from "node:path";
import type { TestProject } from "vitest/node";
import type { CleanroomEnvironment, LoadedConfig } from "../../index.ts";
import { findConfigFile, loadConfigFile } from "../../index.ts";
import { exposedServices } from "../runner/expose-shared.ts";
import { openRun } from "../runner/open-run.ts";
import { holdBackSignals } from "./hold-back-signals.ts";
import type { CleanroomPluginOptions } from "./plugin-options.ts";
import type {} from "./provided.ts";
import { serviceFiles } from "./service-files.ts";

/**
 * Checks the configuration and opens a session, in which the workers start services. The function it returns, which vitest
 * calls after the last test, ends the session, and with it whatever was started.
 *
 * Without an engine there is no session: tests that need no service run all the same, and each that does is told the reason.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const file = await configFileOf(project);
  // Through vite, so that it may import what the tests may import.
  const loaded = await loadConfigFile(file, (path) => project.import(path));
  const giveBackSignals = holdBackSignals(() => project.vitest.cancelCurrentRun("keyboard-input"));
  try {
    watchFiles(project, loaded);
    const environment = await openFor(project, loaded);
    return async () => {
      try {
        await environment?.[Symbol.asyncDispose]();
      } finally {
        giveBackSignals();
      }
    };
  } catch (error) {
    giveBackSignals();
    throw error;
  }
}

/** Opens the session, if it can be, and tells the workers of it. When that fails, nothing is left. */
async function openFor(
  project: TestProject,
  { config, file, rootDirectory }: LoadedConfig,
): Promise<CleanroomEnvironment | undefined> {
  const environment = await openRun(config, rootDirectory);
  try {
    const variablesFrom = exposedServices(config).length > 0 ? file : undefined;
    project.provide("cleanroom", { rootDirectory, sessionId: environment?.sessionId, variablesFrom });
    if (environment === undefined) return undefined;
    // The workers of this project are started with it, and so is what they start. Other projects have sessions of their own.
    project.config.env = { ...project.config.env, CLEANROOM_SESSION: environment.sessionId };
    return environment;
  } catch (error) {
    await environment?.[Symbol.asyncDispose]();
    throw error;
  }
}

/** Has watch mode run the tests anew when a file changes that a service is made from, which then is another service. */
function watchFiles({ vitest }: TestProject, { config, rootDirectory }: LoadedConfig): void {
  if (!vitest.config.watch) return;
  const { patterns, places } = serviceFiles(config.services, rootDirectory);
  vitest.config.forceRerunTriggers.push(...patterns);
  vitest.vite.watcher.add([...places]);
}

function configFileOf(project: TestProject): string | Promise<string> {
  const plugin = project.viteConfig.plugins.find(({ name }) => name === "cleanroom");
  const { config } = (plugin?.api ?? {}) as CleanroomPluginOptions;
  const { root } = project.config;
  return config === undefined ? findConfigFile(root) : resolve(root, config);
}
