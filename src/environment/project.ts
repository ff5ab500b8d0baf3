import { access, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Identifies the project that a directory belongs to: the nearest one, there or further up, with a `package.json`. */
export async function projectOf(rootDirectory: string): Promise<string> {
  const start = await realpath(rootDirectory).catch(() => rootDirectory);
  for (let directory = start; ; directory = dirname(directory)) {
    if (await exists(join(directory, "package.json"))) return directory;
    if (dirname(directory) === directory) return start;
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
