import { describe, expect, test } from "@jest/globals";
import { useServices } from "cleanroom-test/jest/test";
import config from "./cleanroom.config.ts";

describe("tests of the web", () => {
  const services = useServices(config, "web");

  test("needs the web", () => {
    expect(services.web.state).toBe("running");
  });
});

test("needs nothing", () => undefined);
