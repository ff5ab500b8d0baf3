import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { messageOf } from "../errors/describe.ts";
import { isObject } from "../errors/is-object.ts";
import { parseJson } from "../spec/parse-json.ts";
import type { LockedImage } from "./locked-image.ts";

/** The images that are locked, by the names that the configuration gives them. */
export type Lock = Readonly<Record<string, LockedImage>>;

/** A lock file as it is written. */
interface LockFile {
  readonly version: number;
  readonly images: Lock;
}

const VERSION = 1;

/** Path of the lock of the configuration in a directory. */
export function lockPath(directory: string): string {
  return join(directory, "cleanroom.lock");
}

/**
 * The lock of the configuration in a directory; `undefined` when it has none.
 *
 * @throws ConfigurationError when it is not what `cleanroom lock` writes.
 */
export async function readLock(directory: string): Promise<Lock | undefined> {
  const path = lockPath(directory);
  const text = await readFile(path, "utf8").catch(unlessMissing);
  if (text === undefined) return undefined;
  try {
    const file = parseJson<unknown>(text);
    if (isLockFile(file)) return file.images;
  } catch (error) {
    throw notALock(path, messageOf(error));
  }
  throw notALock(path, `is not of version ${VERSION}`);
}

/** Writes the lock of the configuration in a directory: sorted, so that a change is one line. Returns its path. */
export async function writeLock(directory: string, lock: Lock): Promise<string> {
  const images = Object.fromEntries(Object.entries(lock).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const path = lockPath(directory);
  await writeFile(path, `${JSON.stringify({ version: VERSION, images } satisfies LockFile, null, 2)}\n`);
  return path;
}

function isLockFile(file: unknown): file is LockFile {
  return (
    isObject(file) &&
    "version" in file &&
    file.version === VERSION &&
    "images" in file &&
    isObject(file.images) &&
    Object.values(file.images).every(isLockedImage)
  );
}

function isLockedImage(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { digest, id, platform }: Readonly<Record<string, unknown>> = { ...value };
  const isHash = (hash: unknown): boolean => typeof hash === "string" && /^sha256:[0-9a-f]{64}$/.test(hash);
  return typeof platform === "string" && (digest === undefined ? isHash(id) : isHash(digest) && id === undefined);
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

function notALock(path: string, problem: string): ConfigurationError {
  const message = `${problem}; write it anew with \`cleanroom lock\``;
  return new ConfigurationError({ origin: path, problems: [{ path: "", message }] });
}
