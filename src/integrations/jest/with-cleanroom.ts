import { fileURLToPath } from "node:url";
import type { Config } from "jest";
import type { CleanroomJestOptions, ExtendedConfig } from "./jest-options.ts";

export type { CleanroomJestOptions } from "./jest-options.ts";

/** A configuration of Jest, or a function that makes one. */
type JestConfig = Config | (() => Config | Promise<Config>);

/**
 * Lets the tests of a run use the services of `cleanroom.config.ts`, one of each whatever the number of workers, and removes
 * them after the last test. Tests get them by `useServices`, from "cleanroom-test/jest/test".
 *
 * @param config - The configuration of Jest that a project has without Cleanroom; it is not changed. Its environment and its
 * global set-up and teardown go on to be used.
 */
export function withCleanroom(config?: Config, options?: CleanroomJestOptions): Config;
/** The same for a configuration that a function makes. */
export function withCleanroom(
  config: () => Config | Promise<Config>,
  options?: CleanroomJestOptions,
): () => Promise<Config>;
/** Both of them. */
export function withCleanroom(config: JestConfig = {}, options: CleanroomJestOptions = {}): JestConfig {
  if (typeof config !== "function") return extended(config, options);
  return async () => extended(await config(), options);
}

function extended(config: Config, options: CleanroomJestOptions): Config {
  const { projects } = config;
  const inline = (projects ?? []).flatMap((project) => (typeof project === "string" ? [] : [project]));
  const all: readonly Config[] = [config, ...inline];
  const ofUser = {
    ...options,
    globalSetups: namesIn(all.map(({ globalSetup }) => globalSetup)),
    globalTeardowns: namesIn(all.map(({ globalTeardown }) => globalTeardown)),
  };
  const extend = (each: Config): Config => extendedOne(each, ofUser);
  if (!projects) return extend(config);
  // Those that are paths have configurations of their own.
  return { ...extend(config), projects: projects.map((each) => (typeof each === "string" ? each : extend(each))) };
}

function extendedOne(config: Config, ofUser: ExtendedConfig): Config {
  const { testEnvironment, testEnvironmentOptions, setupFiles = [] } = config;
  return {
    ...config,
    testEnvironment: ownFile("environment"),
    globalSetup: ownFile("global-setup"),
    globalTeardown: ownFile("global-teardown"),
    setupFiles: [ownFile("set-variables"), ...setupFiles],
    testEnvironmentOptions: {
      ...testEnvironmentOptions,
      cleanroom: { ...ofUser, ...(testEnvironment && { testEnvironment }) },
    },
  };
}

function namesIn(paths: readonly (string | null | undefined)[]): readonly string[] {
  return [...new Set(paths.filter((path) => typeof path === "string"))];
}

/** Jest loads these itself, each in the process and the realm that it is for. */
function ownFile(name: "environment" | "global-setup" | "global-teardown" | "set-variables"): string {
  return fileURLToPath(new URL(`./jest-${name}.cjs`, import.meta.url));
}
