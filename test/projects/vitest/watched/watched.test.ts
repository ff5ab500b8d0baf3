import { cleanroomTest } from "cleanroom-test/vitest/test";
import { expect } from "vitest";
import config from "./cleanroom.config.ts";

const test = cleanroomTest(config);

test("runs a command", async ({ web }) => {
  expect(await web.exec(["echo", "ran"])).toMatchObject({ exitCode: 0 });
});
