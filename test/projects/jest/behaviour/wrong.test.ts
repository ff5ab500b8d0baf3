import { beforeAll, describe, expect, test } from "@jest/globals";
import { useServices } from "cleanroom-test/jest/test";
import { defineConfig, redis } from "cleanroom-test";
import config from "./cleanroom.config.ts";

const configuration = { code: "CLEANROOM_CONFIGURATION", name: "ConfigurationError" };
const lifecycle = { code: "CLEANROOM_LIFECYCLE", name: "LifecycleError" };

function failureOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

const unknown = failureOf(() => useServices(config, ...(["wbe"] as never[])));
const other = failureOf(() => useServices(defineConfig({ services: { web: redis("redis:7") } }), "web"));

describe("with a service", () => {
  const services = useServices(config, "web");
  let outside: unknown;

  beforeAll(() => {
    outside = failureOf(() => services.web);
  });

  test("what is wrong is told as errors of this realm", () => {
    expect(unknown).toBeInstanceOf(Error);
    expect(unknown).toMatchObject(configuration);
    expect(unknown).toHaveProperty(
      "message",
      expect.stringContaining("services.wbe: there is no service of this name"),
    );
    expect(other).toMatchObject(configuration);
    expect(other).toHaveProperty("message", expect.stringContaining("services.web: is not what"));
    expect(outside).toMatchObject(lifecycle);
    expect(failureOf(() => useServices(config, "web"))).toMatchObject(lifecycle);
  });
});
