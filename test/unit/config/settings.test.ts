import { afterEach, describe, expect, test, vi } from "vitest";
import type { CleanroomConfig } from "../../../src/index.ts";
import { resolveSettings, settingDefinitions, settingNames, valuesOf } from "../../../src/config/settings.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("a setting is that of the highest source that says it", () => {
  test("the command line, then the environment, then the configuration, then the default", () => {
    vi.stubEnv("CLEANROOM_SEED", "of the environment");
    const config = { services: {}, seed: "of the file" };

    expect(resolveSettings(config, { seed: "of the command line" }).seed).toEqual({
      value: "of the command line",
      source: "command line",
    });
    expect(resolveSettings(config).seed).toEqual({ value: "of the environment", source: "environment" });
    vi.stubEnv("CLEANROOM_SEED", "");
    expect(resolveSettings(config).seed).toEqual({ value: "of the file", source: "file" });
    expect(resolveSettings({ services: {} }).seed).toEqual({ value: undefined, source: "default" });
  });

  test("of image substitutions, those of the environment come before those of the configuration", () => {
    vi.stubEnv("CLEANROOM_IMAGE_SUBSTITUTIONS", "a=b");

    const { imageSubstitutions } = valuesOf(resolveSettings({ services: {}, imageSubstitutions: { c: "d" } }));

    expect(imageSubstitutions).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
  });
});

describe("a limit of all containers", () => {
  test("is taken away by `false`, each or all of them", () => {
    vi.stubEnv("CLEANROOM_MEMORY_BYTES", "false");
    vi.stubEnv("CLEANROOM_CPU_CORES", "1.5");

    const limitsOf = (limits?: CleanroomConfig["limits"]): unknown[] => {
      const { memoryBytes, pids, cpuCores } = resolveSettings({
        services: {},
        ...(limits !== undefined && { limits }),
      });
      return [memoryBytes.value, pids.value, cpuCores.value];
    };

    expect(limitsOf()).toEqual([false, 4_096, 1.5]);
    expect(limitsOf({ memoryBytes: 8 * 1024 * 1024, pids: 9 })).toEqual([false, 9, 1.5]);
    expect(limitsOf(false)).toEqual([false, false, 1.5]);
    vi.unstubAllEnvs();
    expect(limitsOf()).toEqual([4 * 1024 ** 3, 4_096, false]);
    expect(limitsOf(false)).toEqual([false, false, false]);
  });
});

test("every setting has a variable of its own", () => {
  const variables = settingNames.map((name) => settingDefinitions[name].variable);

  expect(new Set(variables).size).toBe(variables.length);
  expect(variables.every((variable) => variable.startsWith("CLEANROOM_"))).toBe(true);
});

describe("what cannot be is told with the variable that says it", () => {
  test.for([
    ["CLEANROOM_WARM_IMAGES", "ture", '"ture" must be "true" or "false"'],
    ["CLEANROOM_COORDINATION", "none", '"none" must be "shared" or "in-process"'],
    ["CLEANROOM_MAX_CONTAINERS", "0", '"0" must be a whole number from 1 on'],
    ["CLEANROOM_MEMORY_BYTES", "1000", '"1000" must be a whole number from 6291456 on'],
    ["CLEANROOM_CPU_CORES", "half", '"half" must be a number from 0.01 on'],
    ["CLEANROOM_MAX_CONTAINERS", "many", '"many" must be a whole number from 1 on'],
  ] as const)("%s=%s", ([variable, text, message]) => {
    vi.stubEnv(variable, text);

    expect(() => resolveSettings({ services: {} })).toThrow(`${variable} is not valid:\n  ${message}`);
  });
});
