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
  const setupFile = fileURLToPath(new URL("./vitest-setup.js", import.meta.url));
  return {
    name: "cleanroom",
    api: options,
    config: () => ({ test: { globalSetup: [setupFile] } }),
  };
}
