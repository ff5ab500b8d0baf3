import { createRequire } from "node:module";
import { dirname, isAbsolute, resolve } from "node:path";
import { ConfigurationError, type ConfigurationProblem } from "../errors/configuration-error.ts";
import { messageOf } from "../errors/describe.ts";
import { isObject } from "../errors/is-object.ts";
import { nearest } from "../validation/nearest.ts";
import type { CleanroomConfig } from "./cleanroom-config.ts";
import { tellingPlaces } from "./config-origin.ts";
import type { DataFile } from "./data-file.ts";
import { describeServices } from "./describe-services.ts";
import type { LoadModule } from "./load-config.ts";

/**
 * Makes the configuration that data describes. Its services have their `type` and `image` beside their options, and depend on
 * each other by name; modules that `serviceTypes` names register further types.
 *
 * @throws ConfigurationError with the places of what is wrong with that. The options are checked when an environment starts.
 */
export async function describeConfig(
  { value, placeOf }: DataFile,
  file: string,
  load: LoadModule,
): Promise<CleanroomConfig> {
  return tellingPlaces({ placeOf }, "", async () => {
    if (!isRecord(value)) refuse(file, [{ path: "", message: "must be an object that describes `services`" }]);
    const { serviceTypes = [], services, ...rest } = value;
    await loadTypes(serviceTypes, file, load);
    if (!isRecord(services)) refuse(file, [noServices(Object.keys(value))]);
    const { described, problems } = describeServices(services);
    if (problems.length > 0) refuse(file, problems);
    return { ...rest, services: described };
  });
}

function noServices(keys: readonly string[]): ConfigurationProblem {
  const meant = keys.includes("services") ? undefined : keys.find((key) => nearest(key, ["services"]) !== undefined);
  return meant === undefined
    ? { path: "services", message: "must be an object of services, by name" }
    : { path: meant, message: "is not an option; did you mean `services`?" };
}

async function loadTypes(serviceTypes: unknown, file: string, load: LoadModule): Promise<void> {
  if (!Array.isArray(serviceTypes) || !serviceTypes.every((module) => typeof module === "string")) {
    refuse(file, [{ path: "serviceTypes", message: "must be a list of modules that register service types" }]);
  }
  // One after the other: the last one to register a name wins.
  for (const [index, module] of serviceTypes.entries()) {
    try {
      await load(pathOf(module, file));
    } catch (error) {
      refuse(file, [{ path: `serviceTypes.${index}`, message: `cannot be loaded: ${messageOf(error)}` }], error);
    }
  }
}

/** A path starts at the configuration's directory; anything else is a package, found as from there. */
function pathOf(module: string, file: string): string {
  const isPath = module.startsWith(".") || isAbsolute(module);
  return isPath ? resolve(dirname(file), module) : createRequire(file).resolve(module);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) && !Array.isArray(value);
}

function refuse(file: string, problems: readonly ConfigurationProblem[], cause?: unknown): never {
  throw new ConfigurationError({ origin: file, problems }, cause);
}
