import { dirname } from "node:path";
import { findConfigFile } from "../../index.ts";

/** Where relative paths of a configuration start: where the project's configuration file is, otherwise where Node was started. */
export function projectDirectory(): Promise<string> {
  const startDirectory = process.cwd();
  return findConfigFile(startDirectory).then(dirname, () => startDirectory);
}
