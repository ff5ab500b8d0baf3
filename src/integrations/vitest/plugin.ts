import { fileURLToPath } from "node:url";
import type { Plugin } from "vitest/config";
import type { CleanroomPluginOptions } from "./plugin-options.ts";

export type { CleanroomPluginOptions } from "./plugin-options.ts";
export type { ProvidedCleanroom } from "./provided.ts";

/**
 * Lets the tests of a run use the services of `cleanroom.config.ts`, one of each whatever the number of workers, and removes
 * them after the last test. Tests get them as fixtures from `cleanroomTest`, whoever first asks for one starts it.
 */
export default function cleanroom(options: CleanroomPluginOptions = {}): Plugin {
  return {
    name: "cleanroom",
    api: options,
    config: (user) => {
      const { setupFiles = [] } = user.test ?? {};
      // In front of the user's, which may read the variables that it sets; what is returned would come after them.
      user.test = { ...user.test, setupFiles: [ownFile("variables"), setupFiles].flat() };
      return {
        test: { globalSetup: [ownFile("setup")], server: { deps: { inline: [/[\\/]vitest-variables\.js$/] } } },
      };
    },
  };
}

function ownFile(name: "setup" | "variables"): string {
  return fileURLToPath(new URL(`./vitest-${name}.js`, import.meta.url));
}
