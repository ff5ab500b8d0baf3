import { access, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hasCode } from "../errors/cleanroom-error.ts";

/** Identifies the project of a directory that a configuration belongs to: the same by whichever links it was reached. */
export function projectAt(directory: string): Promise<string> {
  return realpath(directory).catch(() => directory);
}

/** Identifies the project that a directory is in, where no configuration says: the nearest `package.json`'s. */
export async function enclosingProject(directory: string): Promise<string> {
  const start = await projectAt(directory);
  for (let candidate = start; ; candidate = dirname(candidate)) {
    if (await exists(join(candidate, "package.json"))) return candidate;
    if (dirname(candidate) === candidate) return start;
  }
}

/** Identifies the project that somebody who works in a directory means: that of its configuration file, or else the nearest. */
export async function projectOf(directory: string): Promise<string> {
  const { findConfigFile } = await import("../config/find-config-file.ts");
  try {
    return await projectAt(dirname(await findConfigFile(directory)));
  } catch (error) {
    if (!hasCode(error, "CLEANROOM_CONFIGURATION")) throw error;
    return enclosingProject(directory);
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
