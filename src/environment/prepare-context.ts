import { randomUUID } from "node:crypto";
import { SingleFlight } from "../concurrency/single-flight.ts";
import type { CleanroomConfig } from "../config/cleanroom-config.ts";
import { readEnvironmentVariables } from "../config/environment-variables.ts";
import type { Substitution } from "../config/image-substitution.ts";
import { parseSubstitutions } from "../config/image-substitution.ts";
import type { LoadedConfig } from "../config/load-config.ts";
import type { Emitter } from "../events/emitter.ts";
import { systemClock } from "../time/system-clock.ts";
import { connectEngine } from "./connect-engine.ts";
import { EnvironmentNetwork } from "./environment-network.ts";
import type { EnvironmentOptions } from "./environment-options.ts";
import { ServiceCatalog } from "./service-catalog.ts";
import type { StarterContext } from "./service-starter.ts";

/** A configuration, where its relative paths start, and what to call it in messages. */
export type ConfigSource = Omit<LoadedConfig, "file"> & { readonly origin: string };

/** Finds the configuration: the one given, or the file of the project that the current directory is in. */
export async function findConfig(
  given: CleanroomConfig | undefined,
  options: EnvironmentOptions,
): Promise<ConfigSource> {
  const { rootDirectory = process.cwd() } = options;
  if (given !== undefined) return { config: given, rootDirectory, origin: "The configuration" };
  const { findConfigFile, loadConfigFile } = await import("../config/load-config.ts");
  const { config, file, rootDirectory: fileDirectory } = await loadConfigFile(await findConfigFile(rootDirectory));
  return { config, rootDirectory: fileDirectory, origin: file };
}

/**
 * Checks a configuration and connects to the engine; starts nothing.
 *
 * @throws ConfigurationError, ahead of whatever the engine says.
 */
export async function prepareContext(
  { config, rootDirectory, origin }: ConfigSource,
  emitter: Emitter,
  options: EnvironmentOptions,
): Promise<StarterContext> {
  const { clock = systemClock, signal } = options;
  const connecting = options.backend === undefined ? connectEngine(clock, signal) : Promise.resolve(options.backend);
  connecting.catch(() => undefined); // Reported below, unless the configuration is wrong as well.
  const { validateConfig } = await import("./validate-config.ts");
  validateConfig(config, origin);
  const catalog = new ServiceCatalog(config.services);
  const substitutions = substitutionsOf(config);
  const backend = await connecting;

  const session = randomUUID();
  const labels = { "dev.cleanroom.session": session, "dev.cleanroom.project": rootDirectory };
  return {
    runtime: { backend, clock, emitter, pulls: new SingleFlight() },
    catalog,
    network: new EnvironmentNetwork(`cleanroom-${session.slice(0, 13)}`, backend, labels),
    rootDirectory,
    substitutions,
    customizers: config.customizers ?? [],
    labels,
  };
}

function substitutionsOf({ imageSubstitutions = {} }: CleanroomConfig): readonly Substitution[] {
  const fromEnvironment = parseSubstitutions(readEnvironmentVariables().imageSubstitutions ?? "");
  return [...fromEnvironment, ...Object.entries(imageSubstitutions)];
}
