import { test } from "@jest/globals";
import { useServices } from "cleanroom-test/jest/test";
import config from "./cleanroom.config.ts";

const services = useServices(config, "web");

test("takes longer than anybody waits", async () => {
  await services.web.exec(["sleep", "30"]);
}, 60_000);

test("comes after that", () => {
  services.web.url.trim();
});
