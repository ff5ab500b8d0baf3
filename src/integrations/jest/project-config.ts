import { resolve } from "node:path";
import type { Config } from "@jest/types";
import type { LoadedConfig } from "../../index.ts";
import { findConfigFile, hasCode, loadConfigFile } from "../../index.ts";
import { configLoaders } from "./config-loaders.ts";
import { extendedConfig } from "./jest-options.ts";
import { withRootDir } from "./root-dir.ts";

const loadedByFile = new Map<string, Promise<LoadedConfig>>();

/**
 * The configuration of a project of Jest, loaded once in a process: by Node, or as Jest loads the project's own files where Node
 * cannot.
 *
 * @throws ConfigurationError when there is none, or it cannot be loaded.
 */
export async function loadProjectConfig(project: Config.ProjectConfig): Promise<LoadedConfig> {
  const { rootDir, testEnvironmentOptions } = project;
  const { config } = extendedConfig(testEnvironmentOptions);
  const file = config === undefined ? await findConfigFile(rootDir) : resolve(rootDir, withRootDir(config, rootDir));
  const loading = loadedByFile.get(file) ?? load(file, project);
  loadedByFile.set(file, loading);
  return loading;
}

async function load(file: string, project: Config.ProjectConfig): Promise<LoadedConfig> {
  let failure: unknown;
  for (const loader of configLoaders(file, project)) {
    try {
      return await loadConfigFile(file, loader);
    } catch (error) {
      if (!isOfAnotherLanguage(error)) throw error;
      failure = error;
    }
  }
  throw failure;
}

/** What Node says of files that have to be loaded otherwise, most of them as the project's own files are. */
const CODES: ReadonlySet<unknown> = new Set([
  "ERR_MODULE_NOT_FOUND", // An import without its extension.
  "ERR_UNSUPPORTED_DIR_IMPORT",
  "ERR_UNKNOWN_FILE_EXTENSION",
  "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX",
  "ERR_INVALID_TYPESCRIPT_SYNTAX",
  "ERR_REQUIRE_ASYNC_MODULE",
  "MODULE_NOT_FOUND",
]);

function isOfAnotherLanguage(error: unknown): boolean {
  if (!hasCode(error, "CLEANROOM_CONFIGURATION")) return false;
  const { name, code } = Object(error.cause) as { readonly name?: unknown; readonly code?: unknown };
  // `require is not defined` and the like, of a file that is neither kind of module to Node.
  return name === "SyntaxError" || name === "ReferenceError" || CODES.has(code);
}
