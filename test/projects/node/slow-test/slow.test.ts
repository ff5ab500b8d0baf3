import { test } from "node:test";
import { useServices } from "cleanroom-test/node";
import config from "./cleanroom.config.ts";

const services = useServices(config, "web");

test("takes longer than anybody waits", async () => {
  await services.web.exec(["sleep", "30"]);
});
