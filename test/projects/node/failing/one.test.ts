import { describe, test } from "node:test";
import { useServices } from "cleanroom-test/node";
import config from "./cleanroom.config.ts";

describe("what cannot start", () => {
  const services = useServices(config, "broken");

  test("is asked for", () => {
    services.broken.url.trim();
  });

  test("is asked for again", () => {
    services.broken.url.trim();
  });
});

describe("something else", () => {
  const services = useServices(config, "cache");

  test("can be asked for", () => {
    services.cache.url.trim();
  });
});

test("asks for nothing", () => undefined);
