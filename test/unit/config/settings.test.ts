import { afterEach, describe, expect, test, vi } from "vitest";
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
    ["CLEANROOM_MAX_CONTAINERS", "many", '"many" must be a whole number from 1 on'],
  ] as const)("%s=%s", ([variable, text, message]) => {
    vi.stubEnv(variable, text);

    expect(() => resolveSettings({ services: {} })).toThrow(`${variable} is not valid:\n  ${message}`);
  });
});
