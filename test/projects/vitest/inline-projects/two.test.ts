import { expect } from "vitest";
import { cleanroomTest } from "cleanroom-test/vitest/test";
import config from "./cleanroom.config.ts";

const atFirst = process.env["CACHE_URL"];

cleanroomTest(config)("has a cache of its own, by its environment variable", ({ cache }) => {
  expect(atFirst).toBe(cache.url);
});
