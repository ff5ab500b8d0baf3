import { inject } from "vitest";
import { ConfigurationError } from "../../index.ts";
import type { ProvidedCleanroom } from "./provided.ts";

/**
 * Where relative paths of the configuration start, as the plugin's set-up says.
 *
 * @throws ConfigurationError when the plugin is missing.
 */
export function rootDirectory(): string {
  const context = provided();
  if (context !== undefined) return context.rootDirectory;
  const message =
    'the plugin is missing from vitest\'s configuration: `plugins: [cleanroom()]`, from "cleanroom-test/vitest"';
  throw new ConfigurationError({ origin: "The set-up of vitest", problems: [{ path: "", message }] });
}

/** Its type is that of a project that has the plugin. */
function provided(): ProvidedCleanroom | undefined {
  return inject("cleanroom");
}
