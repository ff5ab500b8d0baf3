import { appendFileSync } from "node:fs";
import { beforeAll, expect, test } from "@jest/globals";
import { useServices } from "cleanroom-test/jest/test";
import config from "./cleanroom.config.ts";

const services = useServices(config, "cache");
let inHook: string;

beforeAll(() => {
  inHook = services.cache.url;
});

test("has what its worker has", () => {
  expect(services.cache.url).toBe(inHook);
  appendFileSync(process.env["NOTES"] ?? "/dev/null", `${services.cache.url}\n`);
});
