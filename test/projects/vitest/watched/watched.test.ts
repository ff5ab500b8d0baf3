import { cleanroomTest } from "cleanroom-test/vitest/test";
import { expect } from "vitest";
import config from "./cleanroom.config.ts";

const test = cleanroomTest(config);

test("runs a command", async ({ web }) => {
  expect(await web.exec(["true"])).toMatchObject({ exitCode: 0 });
});
