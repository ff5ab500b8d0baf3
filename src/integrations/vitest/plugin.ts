import { fileURLToPath } from "node:url";
import type { Plugin } from "vitest/config";
import { checkOptions } from "../runner/check-options.ts";
import type { CleanroomPluginOptions } from "./plugin-options.ts";

export type { CleanroomPluginOptions } from "./plugin-options.ts";
export type { ProvidedCleanroom } from "./provided.ts";

/**
 * Lets the tests of a run use the services of `cleanroom.config.ts`, one of each whatever the number of workers, and removes
 * them after the last test. Tests get them as fixtures from `cleanroomTest`, whoever first asks for one starts it.
 *
 * @throws ConfigurationError when there is no such option.
 */
export default function cleanroom(options: CleanroomPluginOptions = {}): Plugin {
  checkOptions("What cleanroom() was given", options);
  return {
    name: "cleanroom",
    api: options,
    config: () => ({ test: { globalSetup: [ownFile("setup")] } }),
    // For each project: those that are written in the configuration of all have the plugins of that, but not its `setupFiles`.
    configureVitest: ({ project: { config } }) => {
      // What has such a query vite loads itself, for each file anew, and so the configuration as the test file does.
      const variables = `${ownFile("variables").replaceAll("\\", "/")}?init`;
      // In front of the user's, which may read the variables that it sets.
      config.setupFiles = [variables, ...config.setupFiles.filter((each) => each !== variables)];
    },
  };
}

function ownFile(name: "setup" | "variables"): string {
  return fileURLToPath(new URL(`./vitest-${name}.js`, import.meta.url));
}
