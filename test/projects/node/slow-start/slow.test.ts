import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { useServices } from "cleanroom-test/node";
import config from "./cleanroom.config.ts";

describe("a suite", () => {
  const services = useServices(config, "slow");

  test("waits for a start of 3 s", { timeout: 1000 }, async () => {
    assert.match(await (await fetch(services.slow.url)).text(), /hello/);
  });
});

describe("another suite", () => {
  const services = useServices(config, "own");

  test("waits for a container of each test's own", { timeout: 1000 }, async () => {
    assert.match(await (await fetch(services.own.url)).text(), /hello/);
  });
});
