import { type CleanroomError, hasCode } from "../errors/cleanroom-error.ts";
import { ConfigurationError, type ConfigurationErrorDetails } from "../errors/configuration-error.ts";

/** Where a configuration was written. */
export interface ConfigOrigin {
  /** Absolute path of its file. */
  readonly file: string;
  /**
   * Where in the file something is written, or else the nearest that it is in, as `file:line:column`; absent for a file that is
   * run, where only its author knows.
   */
  readonly placeOf?: (path: string) => Promise<string>;
}

/** Beside the configurations, which are what their authors wrote and nothing else. */
const origins = new WeakMap<object, ConfigOrigin>();

/** Remembers where a configuration was written. */
export function rememberOrigin(config: object, origin: ConfigOrigin): void {
  origins.set(config, origin);
}

/** Where a configuration was written; absent when no file says it. */
export function originOf(config: object): ConfigOrigin | undefined {
  return origins.get(config);
}

/**
 * Does `work`, and has what that finds wrong with a part of a configuration tell where in its file that is written.
 *
 * @param path - Of the part, such as `services.db`; empty for the whole.
 * @throws what `work` throws.
 */
export async function tellingPlaces<T>(
  written: Partial<ConfigOrigin>,
  path: string,
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { placeOf } = written;
    if (placeOf === undefined || !isConfigurationError(error)) throw error;
    const { origin, problems } = error.details;
    const placed = problems.map(async (problem) => {
      const place = await placeOf([path, problem.path].filter((part) => part !== "").join("."));
      return { ...problem, place };
    });
    throw new ConfigurationError({ origin, problems: await Promise.all(placed) }, error.cause);
  }
}

function isConfigurationError(
  error: unknown,
): error is CleanroomError & { readonly details: ConfigurationErrorDetails } {
  return hasCode(error, "CLEANROOM_CONFIGURATION");
}
