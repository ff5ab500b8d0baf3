import { access } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf } from "../errors/describe.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { isObject } from "../errors/is-object.ts";
import type { CleanroomConfig } from "./cleanroom-config.ts";

/** A configuration and where it came from. */
export interface LoadedConfig {
  /** The configuration, not checked yet. */
  readonly config: CleanroomConfig;
  /** Absolute path of its file. */
  readonly file: string;
  /** Its directory: relative paths start there. */
  readonly rootDirectory: string;
}

const FILE_NAMES = ["ts", "mts", "js", "mjs"].map((extension) => `cleanroom.config.${extension}`);

/**
 * The configuration file of the project that `startDirectory` is in: the nearest one, there or further up.
 *
 * @throws ConfigurationError when there is none.
 */
export async function findConfigFile(startDirectory: string): Promise<string> {
  for (const directory of upwards(resolve(startDirectory))) {
    for (const name of FILE_NAMES) {
      if (await exists(join(directory, name))) return join(directory, name);
    }
  }
  const where = `there is no ${FILE_NAMES.join(", ")} in ${resolve(startDirectory)} or above`;
  const message = `${where}; make one with \`export default defineConfig({ services: { … } })\``;
  throw new ConfigurationError({ origin: "The configuration", problems: [{ path: "", message }] });
}

/** A directory and all that it is in. */
function* upwards(directory: string): Generator<string> {
  yield directory;
  const parent = dirname(directory);
  if (parent !== directory) yield* upwards(parent);
}

/**
 * Loads a configuration file.
 *
 * @param load - Imports a module by its path; Node itself by default, which takes TypeScript as it is.
 * @throws ConfigurationError when it cannot be loaded or exports none.
 */
export async function loadConfigFile(
  file: string,
  load: (path: string) => Promise<unknown> = importFile,
): Promise<LoadedConfig> {
  const module = await load(file).catch(async (cause: unknown) => {
    // Node would tell of it as of a module that one of our files imports.
    const isGone = load === importFile && !(await exists(file));
    const message = isGone ? "there is no such file" : messageOf(cause);
    throw new ConfigurationError({ origin: file, problems: [{ path: "", message }] }, cause);
  });
  if (!hasDefault(module)) {
    throw new ConfigurationError({
      origin: file,
      problems: [{ path: "", message: "must `export default defineConfig({ … })`" }],
    });
  }
  // What it holds is checked when the environment starts, like a configuration that is written in place.
  return { config: exportedBy(module) as CleanroomConfig, file, rootDirectory: dirname(file) };
}

/** What was compiled to CommonJS has its default export within what Node takes for that. */
function exportedBy(module: { readonly default: object }): object {
  return hasDefault(module.default) ? module.default.default : module.default;
}

function importFile(path: string): Promise<unknown> {
  return import(pathToFileURL(path).href);
}

function hasDefault(module: unknown): module is { readonly default: object } {
  return isObject(module) && "default" in module && isObject(module.default);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
