import { cleanroomTest } from "cleanroom-test/vitest/test";
import { expect } from "vitest";
import config from "./cleanroom.config.ts";

const test = cleanroomTest(config);

test.override("unused", { scope: "file" }, () => "put in its place" as never);

test("a file has something else in the place of a service, which then does not start", ({ unused }) => {
  expect(unused).toBe("put in its place");
});

test.beforeAll(({ unused }) => {
  expect(unused).toBe("put in its place");
});
