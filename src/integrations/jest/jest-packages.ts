import { createRequire } from "node:module";
import { join } from "node:path";
import { ConfigurationError } from "../../index.ts";

/** Who brings which package of Jest along. */
const broughtBy: Readonly<Record<string, string>> = {
  "@jest/core": "jest",
  "@jest/transform": "@jest/core",
  "jest-config": "@jest/core",
  "jest-environment-node": "jest-config",
};

/**
 * A package of the very Jest that a project uses: what it has itself, or what its Jest brings along, which some package
 * managers hide from everybody else.
 *
 * @throws ConfigurationError when the project has no such package.
 */
export function jestPackage(rootDir: string, name: string): unknown {
  const path = pathOf(rootDir, name);
  if (path !== undefined) return load(path);
  const message = `there is no ${name}; install it, or jest 30`;
  throw new ConfigurationError({ origin: "The set-up of Jest", problems: [{ path: "", message }] });
}

function pathOf(rootDir: string, name: string): string | undefined {
  const own = resolveFrom(join(rootDir, "package.json"), name);
  const parent = broughtBy[name];
  if (own !== undefined || parent === undefined) return own;
  const parentPath = pathOf(rootDir, parent);
  return parentPath === undefined ? undefined : resolveFrom(parentPath, name);
}

function resolveFrom(file: string, name: string): string | undefined {
  try {
    return createRequire(file).resolve(name);
  } catch {
    return undefined; // Somebody else may have it.
  }
}

function load(path: string): unknown {
  return createRequire(path)(path);
}
