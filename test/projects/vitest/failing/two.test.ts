import { cleanroomTest } from "cleanroom-test/vitest/test";
import config from "./cleanroom.config.ts";

const test = cleanroomTest(config);

test("asks for what cannot start in another worker", ({ broken }) => {
  broken.url.trim();
});

test.fails("is expected to fail, but not because of that", ({ broken }) => {
  broken.url.trim();
});
