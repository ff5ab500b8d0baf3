import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { withoutReaper } from "../../../src/config/environment-variables.ts";

const SWITCH = "TESTCONTAINERS_RYUK_DISABLED";
const now = (): string | undefined => process.env[SWITCH];

beforeEach(() => vi.stubEnv(SWITCH, undefined));
afterEach(() => vi.unstubAllEnvs());

test("the switch is on while work runs, and as it was afterwards, failures included", async () => {
  expect(await withoutReaper(async () => now())).toBe("true");
  expect(now()).toBeUndefined();

  process.env[SWITCH] = "false";
  const failing = withoutReaper(() => Promise.reject(new Error(now())));
  await expect(failing).rejects.toThrow("true");
  expect(now()).toBe("false");
});

test("where several overlap, the last one to end puts it back", async () => {
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const runs = [withoutReaper(() => first.promise), withoutReaper(() => second.promise)];

  first.resolve();
  await runs[0];
  expect(now()).toBe("true");

  second.resolve();
  await runs[1];
  expect(now()).toBeUndefined();
});
