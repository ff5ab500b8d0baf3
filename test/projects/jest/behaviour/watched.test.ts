import { test } from "@jest/globals";
import { useServices } from "cleanroom-test/jest/test";
import config from "./cleanroom.config.ts";

const services = useServices(config, "web");

test("runs", async () => {
  await services.web.exec(["echo", "ran"]);
});
