import { readFileSync } from "node:fs";
import { join } from "node:path";

import { runQuietly } from "./run.mjs";
import { SetupError } from "./setup-error.mjs";

/**
 * Runs npm under the running Node.
 *
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 */
export async function npm(args, options) {
  const entry = process.env.npm_execpath;
  if (entry?.endsWith("npm-cli.js")) return runQuietly(process.execPath, [entry, ...args], options);
  // On Windows npm is a .cmd file, which only a shell starts.
  return runQuietly("npm", args, { ...options, shell: process.platform === "win32" });
}

/**
 * The script behind a command of an installed package. Started by Node itself it needs no shell on any platform.
 *
 * @param {string} root - The project's directory.
 * @param {string} name - The package, which is also the command's name.
 * @returns {string}
 */
export function scriptOf(root, name) {
  const directory = join(root, "node_modules", name);
  const { bin } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  const script = typeof bin === "string" ? bin : bin?.[name];
  if (script === undefined) throw new SetupError(`the package ${name} has no command of that name`);
  return join(directory, script);
}
