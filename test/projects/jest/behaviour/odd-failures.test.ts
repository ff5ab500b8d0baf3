import { expect, test } from "@jest/globals";
import { useServices } from "cleanroom-test/jest/test";
import config from "./cleanroom.config.ts";

const services = useServices(config, "web");

test("takes too long", () => new Promise(() => undefined), 100);

test("is aborted", () => {
  AbortSignal.abort().throwIfAborted();
});

test("throws what is frozen", () => {
  const frozen: Error = Object.freeze(new Error("frozen"));
  throw frozen;
});

test("comes after that", () => {
  expect(services.web.state).toBe("running");
});
