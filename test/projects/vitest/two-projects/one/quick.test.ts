import { cleanroomTest } from "cleanroom-test/vitest/test";
import { expect } from "vitest";
import config from "../cleanroom.config.ts";

const test = cleanroomTest(config);

test("takes no time", ({ web }) => {
  expect(web.state).toBe("running");
});
