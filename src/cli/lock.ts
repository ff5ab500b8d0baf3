import { resolve } from "node:path";
import type { ContainerBackend, RegistryAccount } from "../backend/container-backend.ts";
import type { ImageEngine } from "../backend/image-engine.ts";
import { substituteImage } from "../config/image-substitution.ts";
import { findConfigFile } from "../config/find-config-file.ts";
import { loadConfigFile } from "../config/load-config.ts";
import { accountsOf } from "../config/registry-accounts.ts";
import { parseSetOptions } from "../config/set-options.ts";
import { resolveSettings, valuesOf } from "../config/settings.ts";
import type { Settings } from "../config/settings.ts";
import { connectEngine } from "../environment/connect-engine.ts";
import { findEngine } from "../environment/engine-endpoint.ts";
import { imagesOf, openImages } from "../environment/locked-images.ts";
import { validateConfig } from "../environment/validate-config.ts";
import { isCleanroomError } from "../errors/cleanroom-error.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { messageOf } from "../errors/describe.ts";
import { lockPath, readLock, writeLock, type Lock } from "../lock/lock-file.ts";
import {
  describeDrift,
  describeImage,
  identityOf,
  isExact,
  isSameImage,
  type LockedImage,
} from "../lock/locked-image.ts";
import { systemClock } from "../time/system-clock.ts";
import { print, printAside, printError } from "./terminal.ts";

/** What `cleanroom lock` is told. */
export interface LockOptions {
  /** Path of the configuration. */
  readonly config?: string;
  /** Whether to compare only. */
  readonly check?: boolean;
  /** Settings as `path=value`. */
  readonly set?: readonly string[];
}

/** What finding out what images are needs. */
interface Lookup {
  readonly settings: Settings;
  readonly accountFor: (image: string) => RegistryAccount | undefined;
  readonly backend: ContainerBackend;
  readonly engine: ImageEngine;
}

/**
 * Writes down what exactly the configuration's images are now, as their registries have them; or compares that with what was
 * written down. Returns the exit code.
 *
 * @param others - Further images, which tests name.
 */
export async function lock(others: readonly string[], options: LockOptions): Promise<number> {
  const { settings: commandLine } = parseSetOptions(options.set ?? []);
  const file = options.config === undefined ? await findConfigFile(process.cwd()) : resolve(options.config);
  const { config, rootDirectory } = await loadConfigFile(file);
  await validateConfig(config, file);
  const settings = valuesOf(resolveSettings(config, commandLine));
  const before = (await readLock(rootDirectory)) ?? {};
  const kept = options.check === true ? Object.keys(before) : [];
  const images = [...new Set([...imagesOf(config.services), ...others, ...kept])].filter((image) => !isExact(image));
  const now = await lookUpAll(images, { settings, accountFor: accountsOf(config.registries ?? {}) });
  if (options.check === true) return compare(before, now, rootDirectory);
  print(`${await writeLock(rootDirectory, now)}: ${images.length} ${images.length === 1 ? "image" : "images"}`);
  for (const line of changes(before, now)) print(line);
  return 0;
}

function compare(before: Lock, now: Lock, rootDirectory: string): number {
  const lines = differences(before, now);
  if (lines.length === 0) {
    print(`${lockPath(rootDirectory)} says what the images are.`);
    return 0;
  }
  printError(`${lockPath(rootDirectory)} does not say what the images are:`);
  for (const line of lines) printError(line);
  return 1;
}

/** One line an image that is another one than before, or new. */
function differences(before: Lock, now: Lock): readonly string[] {
  return Object.entries(now).flatMap(([image, found]) => {
    const locked = before[image];
    if (locked !== undefined && isSameImage(locked, found)) return [];
    return [`  ${image}: ${describeDrift({ locked, found })}`];
  });
}

/** What became of the lock that was there before, a line for each image that is another one, new or gone. */
function changes(before: Lock, now: Lock): readonly string[] {
  const added = Object.entries(now).filter(([image]) => !(image in before));
  const gone = Object.keys(before).filter((image) => !(image in now));
  return [
    ...differences(before, Object.fromEntries(Object.entries(now).filter(([image]) => image in before))),
    ...added.map(([image, found]) => `  ${image}: is ${describeImage(found)}`),
    ...gone.map((image) => `  ${image}: is no longer locked`),
  ];
}

async function lookUpAll(images: readonly string[], wanted: Pick<Lookup, "settings" | "accountFor">): Promise<Lock> {
  await using engine = await openImages(systemClock);
  await using backend = await connectEngine(await findEngine(systemClock), systemClock);
  const found = images.map(async (image) => [image, await lookUp(image, { ...wanted, engine, backend })] as const);
  return Object.fromEntries(await Promise.all(found));
}

/** What an image is in its registry, which is then what the engine has; what the engine has, where no registry has it. */
async function lookUp(image: string, { settings, accountFor, engine, backend }: Lookup): Promise<LockedImage> {
  const substitute = substituteImage(image, settings.imageSubstitutions);
  const mayPull = settings.pullPolicy !== "never";
  const account = accountFor(substitute);
  const failure = mayPull ? await failureOf(backend.pull(substitute, { account })) : undefined;
  const inspection = await engine.inspectImage(substitute);
  if (inspection === undefined) {
    if (isCleanroomError(failure)) throw failure;
    const problems = [{ path: substitute, message: "the engine does not have it, and `pullPolicy` is never" }];
    throw new ConfigurationError({ origin: "The configuration", problems }, failure);
  }
  if (failure !== undefined) printAside(`${substitute} is taken as the engine has it: ${messageOf(failure)}`);
  return identityOf(substitute, inspection);
}

async function failureOf(work: Promise<void>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}
