import { createHmac } from "node:crypto";
import type { ImageEngine } from "../backend/image-engine.ts";
import { SingleFlight } from "../concurrency/single-flight.ts";
import type { CleanroomConfig } from "../config/cleanroom-config.ts";
import { substituteImage } from "../config/image-substitution.ts";
import { accountsOf } from "../config/registry-accounts.ts";
import { readEnvironmentVariables } from "../config/environment-variables.ts";
import type { LoadedConfig } from "../config/load-config.ts";
import type { Settings } from "../config/settings.ts";
import { resolveSettings, valuesOf } from "../config/settings.ts";
import { warnOfUnknownVariables } from "../config/unknown-variables.ts";
import type { ServiceEvent } from "../coordinator/coordination.ts";
import type { Emitter } from "../events/emitter.ts";
import type { ImagePins } from "../lock/image-pins.ts";
import { readLock } from "../lock/lock-file.ts";
import type { ExistingAddress } from "../services/existing-service.ts";
import { shownUrl } from "../services/existing-service.ts";
import { systemClock } from "../time/system-clock.ts";
import { digestOf } from "./config-digest.ts";
import type { EnvironmentOptions } from "./environment-options.ts";
import { ExistingAddresses } from "./existing-addresses.ts";
import { enclosingProject, projectAt } from "./project.ts";
import { refuseOwnPolicies } from "./refuse-own-policies.ts";
import { SeatOnDemand } from "./seat-on-demand.ts";
import { ServiceCatalog } from "./service-catalog.ts";
import type { PreparedContext } from "./service-starter.ts";
import type { SessionSeat } from "./session-seat.ts";
import { takeSharedSeat } from "./shared-seat.ts";

/** A configuration, where its relative paths start, and what to call it in messages. */
export type ConfigSource = Omit<LoadedConfig, "file"> & {
  /** What to call it. */
  readonly origin: string;
  /** The project whose processes share its services. */
  readonly project: string;
};

/** Finds the configuration: the one given, or the file of the project that the current directory is in. */
export async function findConfig(
  given: CleanroomConfig | undefined,
  options: EnvironmentOptions,
): Promise<ConfigSource> {
  const { rootDirectory } = options;
  if (given === undefined) return findFile(rootDirectory ?? process.cwd());
  const origin = "The configuration";
  if (rootDirectory === undefined) {
    return { config: given, rootDirectory: process.cwd(), origin, project: await enclosingProject(process.cwd()) };
  }
  return { config: given, rootDirectory, origin, project: await projectAt(rootDirectory) };
}

async function findFile(startDirectory: string): Promise<ConfigSource> {
  const [{ findConfigFile }, { loadConfigFile }] = await Promise.all([
    import("../config/find-config-file.ts"),
    import("../config/load-config.ts"),
  ]);
  const { config, file, rootDirectory } = await loadConfigFile(await findConfigFile(startDirectory));
  return { config, rootDirectory, origin: file, project: await projectAt(rootDirectory) };
}

/**
 * Checks a configuration and joins the session; starts nothing.
 *
 * @throws ConfigurationError, ahead of whatever is wrong with the engine or the coordinator.
 */
export async function prepareContext(
  source: ConfigSource,
  emitter: Emitter,
  onEvent: (event: ServiceEvent) => void,
  options: EnvironmentOptions,
): Promise<PreparedContext> {
  const { config, rootDirectory, project } = source;
  const { clock = systemClock } = options;
  const existing = new ExistingAddresses();
  const settings = await settle(source, options);
  if (readEnvironmentVariables().session === undefined) await warnOfUnknownVariables(); // Else it is told by whoever began it.
  const pins: ImagePins = {
    directory: rootDirectory,
    lock: await readLock(rootDirectory),
    isFrozen: settings.frozen,
  };
  const seat = await takeValidSeat({ ...source, settings, pins }, existing, onEvent, options);
  try {
    for (const { name, variable, url } of existing.found) {
      emitter.emit("service:existing", { name, variable, url: shownUrl(url) });
    }
    return {
      seat,
      existing,
      clock,
      emitter,
      pulls: new SingleFlight(),
      accountFor: accountsOf(config.registries ?? {}),
      catalog: new ServiceCatalog(config.services),
      rootDirectory,
      project,
      network: digestOf(config.services) ?? seat.sessionId,
      settings,
      pins,
      customizers: config.customizers ?? [],
      passwordFor: (group, service, purpose) => derive(seat.secret, ["password", group, service, purpose]),
      seal: (secret) => derive(seat.secret, ["seal", secret]),
    };
  } catch (error) {
    await seat[Symbol.asyncDispose]();
    throw error;
  }
}

/** Decides the settings. What is wrong with the configuration may be why that cannot be done, and is told instead. */
async function settle(source: ConfigSource, options: EnvironmentOptions): Promise<Settings> {
  try {
    const settings = valuesOf(resolveSettings(source.config, options.settings));
    if (options.backend === undefined) refuseOwnPolicies(settings, source.origin);
    return settings;
  } catch (error) {
    await validate(source);
    throw error;
  }
}

async function validate({ config, origin }: ConfigSource): Promise<void> {
  const { validateConfig } = await import("./validate-config.ts");
  await validateConfig(config, origin);
}

/** A configuration that was found valid before is not checked again: a process that only uses services starts faster. */
async function takeValidSeat(
  source: ConfigSource & Pick<PreparedContext, "settings" | "pins">,
  existing: ExistingAddresses,
  onEvent: (event: ServiceEvent) => void,
  options: EnvironmentOptions,
): Promise<SeatOnDemand> {
  const digest = digestOf([source.config, source.rootDirectory, source.pins]);
  const seat = new SeatOnDemand(
    (newSessionId, signal) => takeSeat(source.settings, onEvent, { ...options, signal }, newSessionId),
    readEnvironmentVariables().session,
  );
  try {
    await takeUnlessNeedless(seat, await existing.ofAll(source.config.services), options.signal);
  } catch (error) {
    await seat[Symbol.asyncDispose]();
    await validate(source); // What is wrong with the configuration may be why.
    throw error;
  }
  try {
    if (digest !== undefined && seat.isTaken && (await seat.member.isKnownValid(digest))) return seat;
    await validate(source);
    await refuseOthers(source, existing, options);
    if (digest !== undefined && seat.isTaken) await seat.member.foundValid(digest);
    return seat;
  } catch (error) {
    await seat[Symbol.asyncDispose]();
    throw error;
  }
}

/** Of a configuration that was found valid before, the engine need not be asked: its images are asked for exactly. */
async function refuseOthers(
  { config, settings, pins }: ConfigSource & Pick<PreparedContext, "settings" | "pins">,
  existing: ExistingAddresses,
  { backend, clock = systemClock, signal }: EnvironmentOptions,
): Promise<void> {
  if (!pins.isFrozen) return;
  const { imagesOf, openImages, refuseDrift } = await import("./locked-images.ts");
  const needed = Object.entries(config.services).filter(([name, service]) => existing.of(name, service) === undefined);
  const substitute = (image: string): string => substituteImage(image, settings.imageSubstitutions);
  const open = (): Promise<ImageEngine> => openImages(clock, signal);
  const images = imagesOf(Object.fromEntries(needed));
  // An engine that was given need not be one that can be asked; what is not locked is refused all the same.
  if (backend === undefined && images.length > 0) await refuseDrift(images, pins, substitute, open);
}

/** Whoever needs services that exist already can do without a seat, and without an engine. */
async function takeUnlessNeedless(
  seat: SeatOnDemand,
  addresses: readonly (ExistingAddress | undefined)[],
  signal: AbortSignal | undefined,
): Promise<void> {
  if (addresses.every((address) => address === undefined)) await seat.take(signal);
  else if (addresses.includes(undefined)) await seat.tryTake(signal);
}

async function takeSeat(
  { coordination }: Settings,
  onEvent: (event: ServiceEvent) => void,
  {
    backend,
    clock = systemClock,
    signal,
  }: Pick<EnvironmentOptions, "backend" | "clock"> & { signal?: AbortSignal | undefined },
  newSessionId: string,
): Promise<SessionSeat> {
  if (backend === undefined && coordination !== "in-process") {
    return takeSharedSeat(clock, onEvent, signal, newSessionId);
  }
  const [{ takePrivateSeat }, { processEngine }] = await Promise.all([
    import("./private-seat.ts"),
    import("./process-engine.ts"),
  ]);
  return takePrivateSeat(backend ?? (await processEngine(clock, signal)), clock, onEvent);
}

/** Nobody can guess it who does not know the secret, and everybody who does comes to the same. */
function derive(secret: string, purpose: readonly string[]): string {
  return createHmac("sha256", secret).update(JSON.stringify(purpose)).digest("base64url").slice(0, 24);
}
