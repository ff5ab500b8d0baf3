import { fileURLToPath } from "node:url";
import type { Plugin } from "vitest/config";
import type { CleanroomPluginOptions } from "./plugin-options.ts";

export type { CleanroomPluginOptions } from "./plugin-options.ts";

/**
 * Starts the services of `cleanroom.config.ts` before the first test and removes them after the last, whatever the number of
 * workers. Tests get them as fixtures from `cleanroomTest`.
 */
export default function cleanroom(options: CleanroomPluginOptions = {}): Plugin {
  const setupFile = fileURLToPath(new URL("./vitest-setup.js", import.meta.url));
  return {
    name: "cleanroom",
    api: options,
    config: () => ({ test: { globalSetup: [setupFile] } }),
  };
}
