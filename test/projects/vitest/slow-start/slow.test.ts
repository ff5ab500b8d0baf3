import { cleanroomTest } from "cleanroom-test/vitest/test";
import { expect } from "vitest";
import config from "./cleanroom.config.ts";

const test = cleanroomTest(config);

test("a test with a limit of 5 s uses a service that takes 7 s to start", async ({ slow }) => {
  expect(await (await fetch(slow.url)).text()).toContain("hello");
});

test("the handle asks the engine from a worker, too", async ({ slow }) => {
  const { exitCode, stdout, stderr } = await slow.exec(["sh", "-c", "echo out; echo err >&2; exit 3"]);
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 3, stdout: "out\n", stderr: "err\n" });
});
