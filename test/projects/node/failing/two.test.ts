import { test } from "node:test";
import { useServices } from "cleanroom-test/node";
import config from "./cleanroom.config.ts";

const services = useServices(config, "broken", "cache");

test("is asked for in another process", () => {
  services.broken.url.trim();
});
