import { test } from "node:test";
import { useServices } from "cleanroom-test/node";
import config from "./cleanroom.config.ts";

const services = useServices(config, "web");

test("tells when it runs", async () => {
  await services.web.exec(["echo", "ran"]);
});
