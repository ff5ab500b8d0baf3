import { cleanroomTest } from "cleanroom-test/vitest/test";
import config from "./cleanroom.config.ts";

const test = cleanroomTest(config);

test("asks for what cannot start", ({ broken }) => {
  broken.url.trim();
});

test("asks for it as well", ({ broken, cache }) => {
  broken.url.trim();
  cache.url.trim();
});

test("asks for something else", ({ cache }) => {
  cache.url.trim();
});

test("asks for nothing", () => undefined);
