import { resolve } from "node:path";
import type { ConfigValue } from "../config/config-values.ts";
import { findConfigFile } from "../config/find-config-file.ts";
import type { LoadedConfig, LoadModule } from "../config/load-config.ts";
import { loadConfigFile } from "../config/load-config.ts";
import { resolveSettings, type Settings, valuesOf } from "../config/settings.ts";

/** Which configuration is meant, and what is said besides. */
export interface LoadConfigOptions {
  /**
   * The file; relative to the current directory.
   * @default the nearest one, in `directory` or above
   */
  readonly file?: string;
  /**
   * Where the search for the file starts.
   * @default the current directory
   */
  readonly directory?: string;
  /**
   * Settings as on a command line, such as `["pullPolicy=never"]`. They win over environment variables and the file.
   * @default []
   */
  readonly set?: readonly string[];
  /**
   * Imports a module by its path.
   * @default Node itself, which takes TypeScript as it is
   */
  readonly load?: LoadModule;
}

/** A configuration with everything that else decides how services are run. */
export interface MergedConfig extends LoadedConfig {
  /** Every setting's value: for `CleanroomEnvironment.start(config, { rootDirectory, settings })`, for instance. */
  readonly settings: Settings;
  /** The same, and the options of every service, with where each came from; for people to read. */
  readonly values: readonly ConfigValue[];
}

/**
 * Loads the project's configuration, merges what the command line, environment variables, the file and the defaults say, in this
 * order, and reports where each value came from.
 *
 * @throws ConfigurationError when there is no configuration, or it is not valid.
 */
export async function loadConfig(options: LoadConfigOptions = {}): Promise<MergedConfig> {
  const { file, directory = process.cwd(), set = [], load } = options;
  const [{ validateConfig }, { configValues }, { parseSetOptions }] = await Promise.all([
    import("./validate-config.ts"),
    import("../config/config-values.ts"),
    import("../config/set-options.ts"),
  ]);
  const { settings: commandLine } = parseSetOptions(set);
  const loaded = await loadConfigFile(file === undefined ? await findConfigFile(directory) : resolve(file), load);
  const { config } = loaded;
  await validateConfig(config, loaded.file);
  const resolved = resolveSettings(config, commandLine);
  const values = await configValues({ config, resolved, commandLine });
  return { ...loaded, settings: valuesOf(resolved), values };
}
