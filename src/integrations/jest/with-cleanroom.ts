import { fileURLToPath } from "node:url";
import type { Config } from "jest";
import { checkOptions } from "../runner/check-options.ts";
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
 * @throws ConfigurationError when there is no such option.
 */
export function withCleanroom(config?: Config, options?: CleanroomJestOptions): Config;
/** The same for a configuration that a function makes. */
export function withCleanroom(
  config: () => Config | Promise<Config>,
  options?: CleanroomJestOptions,
): () => Promise<Config>;
/** Both of them. */
export function withCleanroom(config: JestConfig = {}, options: CleanroomJestOptions = {}): JestConfig {
  checkOptions("What withCleanroom() was given", options);
  if (typeof config !== "function") return extended(config, options);
  return async () => extended(await config(), options);
}

function extended(config: Config, options: CleanroomJestOptions): Config {
  const { projects } = config;
  if (!projects) return extendedOne(config, { ...options, ...hooksOf([config]) });
  const inline = projects.filter((project) => typeof project !== "string");
  const ofUser = { ...options, ...hooksOf(inline) };
  // Those that are paths have configurations of their own; and what is for all projects Jest itself runs.
  return { ...config, projects: projects.map((each) => (typeof each === "string" ? each : extendedOne(each, ofUser))) };
}

/** The user's global files, of all projects: as Cleanroom's are the same for them, Jest runs those once. */
function hooksOf(projects: readonly Config[]): Pick<ExtendedConfig, "globalSetups" | "globalTeardowns"> {
  return {
    globalSetups: namesIn(projects.map(({ globalSetup }) => globalSetup)),
    globalTeardowns: namesIn(projects.map(({ globalTeardown }) => globalTeardown)),
  };
}

function extendedOne(config: Config, ofUser: ExtendedConfig): Config {
  const { testEnvironment, testEnvironmentOptions, setupFiles = [], unmockedModulePathPatterns = [] } = config;
  return {
    ...config,
    testEnvironment: ownFile("environment"),
    globalSetup: ownFile("global-setup"),
    globalTeardown: ownFile("global-teardown"),
    setupFiles: [ownFile("set-variables"), ...setupFiles],
    // Where `automock` has all others mocked.
    unmockedModulePathPatterns: [OWN_FOLDER, CONFIG_FILE, ...unmockedModulePathPatterns],
    testEnvironmentOptions: {
      ...testEnvironmentOptions,
      cleanroom: { ...ofUser, ...(testEnvironment && { testEnvironment }) },
    },
  };
}

/** Patterns of what no test wants mocked. */
const OWN_FOLDER = fileURLToPath(new URL(".", import.meta.url)).replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
const CONFIG_FILE = "cleanroom\\.config\\.[cm]?[jt]s$";

function namesIn(paths: readonly (string | null | undefined)[]): readonly string[] {
  return [...new Set(paths.filter((path) => typeof path === "string"))];
}

/** Jest loads these itself, each in the process and the realm that it is for. */
function ownFile(name: "environment" | "global-setup" | "global-teardown" | "set-variables"): string {
  return fileURLToPath(new URL(`./jest-${name}.cjs`, import.meta.url));
}
