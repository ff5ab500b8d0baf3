import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, sep } from "node:path";

/**
 * The files below a directory, sorted, with forward slashes, so that every platform sees the same list.
 *
 * @param {string} directory
 * @returns {string[]} Paths relative to the directory.
 */
export function filesBelow(directory) {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(directory, path)).isFile())
    .map((path) => path.split(sep).join("/"))
    .sort();
}

/**
 * One hash for the names and contents of files and directories, and for further words.
 *
 * @param {string} root - What the paths are relative to.
 * @param {readonly string[]} paths - Files or directories.
 * @param {readonly string[]} [words] - Whatever else decides the result.
 * @returns {string} SHA-256 in hexadecimal.
 */
export function contentHash(root, paths, words = []) {
  const hash = createHash("sha256");
  for (const word of words) hash.update(`${word}\0`);
  for (const path of paths.flatMap((path) => expand(root, path))) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update("\0");
  }
  return hash.digest("hex");
}

/**
 * @param {string} root
 * @param {string} path
 */
function expand(root, path) {
  const absolute = join(root, path);
  if (!statSync(absolute).isDirectory()) return [path];
  return filesBelow(absolute).map((file) => `${path}/${file}`);
}
