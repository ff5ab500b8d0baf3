import { createRequire } from "node:module";
import { join } from "node:path";
import type { EnvironmentContext, JestEnvironment, JestEnvironmentConfig } from "@jest/environment";
import { ConfigurationError } from "../../index.ts";
import { jestPackage } from "./jest-packages.ts";
import { withRootDir } from "./root-dir.ts";

/** What makes the realm of a test file. */
export type EnvironmentClass = new (config: JestEnvironmentConfig, context: EnvironmentContext) => JestEnvironment;

/**
 * The environment that a project asks for: `node`, when absent, `jsdom`, a package or a path, as Jest itself takes them.
 *
 * @throws ConfigurationError when there is none of this name.
 */
export function baseEnvironment(rootDir: string, name = "node"): EnvironmentClass {
  if (name === "node" || name === "jest-environment-node") {
    return environmentIn(jestPackage(rootDir, "jest-environment-node"), name);
  }
  const require = createRequire(join(rootDir, "package.json"));
  const candidates = [`jest-environment-${name}`, withRootDir(name, rootDir)];
  const path = candidates.flatMap((each) => resolved(require, each))[0];
  if (path === undefined) throw refusal(`there is neither a package ${candidates.join(" nor ")}`);
  return environmentIn(require(path), name);
}

function resolved(require: NodeJS.Require, specifier: string): readonly string[] {
  try {
    return [require.resolve(specifier)];
  } catch {
    return [];
  }
}

/** The class that a module exports, in any of the ways in which Jest takes it. */
function environmentIn(module: unknown, name: string): EnvironmentClass {
  const { TestEnvironment, default: fallback } = Object(module) as Readonly<Record<string, unknown>>;
  const found = [TestEnvironment, fallback, module].find((each) => typeof each === "function");
  if (found === undefined) throw refusal(`${name} exports no class`);
  return found as EnvironmentClass; // Jest takes every class for one.
}

function refusal(message: string): ConfigurationError {
  return new ConfigurationError({
    origin: "The configuration of Jest",
    problems: [{ path: "testEnvironment", message }],
  });
}
