import { findConfigFile, hasCode, loadConfigFile } from "../index.ts";
import { serviceUrlVariables } from "../config/environment-variables.ts";
import { ExistingAddresses, variableOf } from "../environment/existing-addresses.ts";
import { shownUrl } from "../services/existing-service.ts";
import { nearest } from "../validation/nearest.ts";

/** A service that exists already. */
export interface ExistingService {
  /** Its name. */
  readonly name: string;
  /** Where it answers, without its password. */
  readonly url: string;
  /** The environment variable that says so. */
  readonly variable: string;
}

/** Which services of a project exist already. */
export interface ExistingServices {
  /** Those. */
  readonly services: readonly ExistingService[];
  /** Whether none is left to be started, so that no engine is needed. */
  readonly areAll: boolean;
  /** What is said of variables that name no service, a line each. */
  readonly strays: readonly string[];
}

/**
 * Looks which services of the project that a directory is in exist already; none where there is no configuration.
 *
 * @throws ConfigurationError when the configuration cannot be loaded, or an address cannot be that of its service.
 */
export async function findExistingServices(directory: string): Promise<ExistingServices> {
  const file = await findConfigFile(directory).catch((error: unknown) => {
    if (hasCode(error, "CLEANROOM_CONFIGURATION")) return undefined;
    throw error;
  });
  if (file === undefined) return { services: [], areAll: false, strays: [] };
  const { config } = await loadConfigFile(file);
  const addresses = await new ExistingAddresses().ofAll(config.services);
  const found = addresses.filter((address) => address !== undefined);
  const services = found.map(({ name, url, variable }) => ({ name, url: shownUrl(url), variable }));
  const areAll = found.length > 0 && found.length === addresses.length;
  return { services, areAll, strays: straysAmong(Object.keys(config.services)) };
}

function straysAmong(names: readonly string[]): readonly string[] {
  const known = names.map(variableOf);
  return serviceUrlVariables()
    .filter((variable) => !known.includes(variable))
    .map((variable) => {
      const meant = nearest(variable, known);
      return `${variable} names no service of the configuration${meant === undefined ? "" : `; did you mean ${meant}?`}`;
    });
}

/** One of them in words. */
export function inWords({ name, url, variable }: ExistingService): string {
  return `${name.padEnd(12)} uses ${url} from ${variable}, starts nothing`;
}
