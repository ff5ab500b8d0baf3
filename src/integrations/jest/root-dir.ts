import { resolve } from "node:path";

/** A path of Jest's configuration, which may begin with `<rootDir>`; anything else that is no path as it is. */
export function withRootDir(path: string, rootDir: string): string {
  if (path.startsWith("<rootDir>")) return resolve(rootDir, `.${path.slice("<rootDir>".length)}`);
  return path.startsWith(".") ? resolve(rootDir, path) : path;
}
