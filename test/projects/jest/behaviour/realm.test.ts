import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { useServices } from "cleanroom-test/jest/test";
import config from "./cleanroom.config.ts";

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

const services = useServices(config, "web");

test("what services answer is of the file's own realm, and fake timers do not hold them up", async () => {
  const answered = services.web.exec(["echo", "hello"]);
  expect(answered).toBeInstanceOf(Promise);
  expect(await answered).toStrictEqual({ exitCode: 0, stdout: "hello\n", stderr: "" });
  expect(services.web).toBe(services.web);
  await expect(services.web.exec(["no-such-command"])).rejects.toMatchObject({ code: "CLEANROOM_ENGINE_REQUEST" });
});

test("errors tell what they are by their code", async () => {
  expect(() => services.web.networkUrl).toThrow(expect.objectContaining({ code: "CLEANROOM_UNSUPPORTED" }));
  expect(() => services.web.port(9)).toThrow("9/tcp");
});
