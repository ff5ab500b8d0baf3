import { afterEach, describe, expect, test, vi } from "vitest";
import { parseSetOptions } from "../../../src/config/set-options.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("settings of a command line", () => {
  test("are read by their paths, and are variables for other processes; the last one counts", () => {
    const given = ["pullPolicy=never", "capacity.maxContainers=4", "seed=a=b", "pullPolicy=always"];

    expect(parseSetOptions(given)).toEqual({
      settings: { pullPolicy: "always", maxContainers: 4, seed: "a=b" },
      variables: { CLEANROOM_PULL_POLICY: "always", CLEANROOM_MAX_CONTAINERS: "4", CLEANROOM_SEED: "a=b" },
    });
  });

  test("that are combined with the environment are so in other processes as well", () => {
    vi.stubEnv("CLEANROOM_IMAGE_SUBSTITUTIONS", "c=d");

    expect(parseSetOptions(["imageSubstitutions=a=b"])).toEqual({
      settings: { imageSubstitutions: [["a", "b"]] },
      variables: { CLEANROOM_IMAGE_SUBSTITUTIONS: "a=b,c=d" },
    });
  });

  test("that are none are told, all of them, with the one that was meant", () => {
    const given = ["pullPolic=never", "frozen", "services.db.image=x", "=x"];

    expect(() => parseSetOptions(given)).toThrow(
      new RegExp(
        [
          "^The command line is not valid:",
          '  "pullPolic" is no setting; did you mean pullPolicy\\?',
          '  "frozen" must be `path=value`, such as `pullPolicy=never`',
          "  services.db.image is an option of a service, which only the configuration says; --set is for settings: coordination, .*",
          '  "" is no setting; there are coordination, .*$',
        ].join("\n"),
      ),
    );
  });

  test.each(["seed", "locale"])(
    "must not be empty: an empty variable says nothing of %s to other processes",
    (path) => {
      expect(() => parseSetOptions([`${path}=`])).toThrow(`--set ${path} is not valid:\n  "" must not be empty`);
    },
  );

  test("whose value cannot be are told with the option", () => {
    expect(() => parseSetOptions(["capacity.maxContainers=0"])).toThrow(
      '--set capacity.maxContainers is not valid:\n  "0" must be a whole number from 1 on',
    );
  });
});
