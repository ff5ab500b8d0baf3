import { cleanroomTest } from "cleanroom-test/vitest/test";
import { expect } from "vitest";
import config from "../cleanroom.config.ts";
import { convertEuros } from "../src/rates.ts";

const test = cleanroomTest(config);

test("converts by the rate of the API", async ({ rates }) => {
  expect(await convertEuros(rates.url, 100, "CHF")).toBeCloseTo(95);
});

test("says so when the API has no rate", async ({ rates }) => {
  await expect(convertEuros(rates.url, 100, "XYZ")).rejects.toThrow("There is no rate for XYZ.");
});
