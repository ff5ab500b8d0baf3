import { expect, test } from "@jest/globals";
import { useServices } from "cleanroom-test/jest/test";
import config from "./cleanroom.config.ts";

const services = useServices(config, "slow");

test("does not wait for a start", () => {
  expect(services.slow.state).toBe("running");
});

test("that takes longer than its limit", () => undefined, 100);
