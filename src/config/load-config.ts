import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf } from "../errors/describe.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { isObject } from "../errors/is-object.ts";
import type { CleanroomConfig } from "./cleanroom-config.ts";
import { rememberOrigin } from "./config-origin.ts";
import { exists, isDataFile } from "./find-config-file.ts";

/** A configuration and where it came from. */
export interface LoadedConfig {
  /** The configuration, not checked yet. */
  readonly config: CleanroomConfig;
  /** Absolute path of its file. */
  readonly file: string;
  /** Its directory: relative paths start there. */
  readonly rootDirectory: string;
}

/** Imports a module by its path. */
export type LoadModule = (path: string) => Promise<unknown>;

/**
 * Loads a configuration file: a module, or JSON or YAML, which describe services as data.
 *
 * @param load - Imports a module by its path; Node itself by default, which takes TypeScript as it is.
 * @throws ConfigurationError when it cannot be loaded or exports none; of JSON and YAML, with the places of what is wrong.
 */
export async function loadConfigFile(file: string, load: LoadModule = importFile): Promise<LoadedConfig> {
  const config = isDataFile(file) ? await readConfig(file, load) : await importConfig(file, load);
  return { config, file, rootDirectory: dirname(file) };
}

async function readConfig(file: string, load: LoadModule): Promise<CleanroomConfig> {
  const [{ readDataFile }, { describeConfig }] = await Promise.all([
    import("./data-file.ts"),
    import("./describe-config.ts"),
  ]);
  const data = await readDataFile(file);
  const config = await describeConfig(data, file, load);
  rememberOrigin(config, { file, placeOf: data.placeOf });
  return config;
}

async function importConfig(file: string, load: LoadModule): Promise<CleanroomConfig> {
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
  const config = exportedBy(module) as CleanroomConfig;
  rememberOrigin(config, { file });
  return config;
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
