import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { useServices } from "cleanroom-test/node";
import config from "./cleanroom.config.ts";
import { logLine } from "./log-line.ts";

test("fails and uses nothing", () => {
  assert.equal(1, 2);
});

describe("tests with a database", () => {
  const services = useServices(config, "db");

  test("passes", async () => {
    await logLine(services.db.connectionString, "at a test that passes");
  });

  test("fails in its body", async () => {
    await logLine(services.db.connectionString, "at a test that fails");
    assert.equal(services.db.database, "in the body");
  });

  test("throws text", () => {
    const text: unknown = services.db.database;
    throw text;
  });

  test("throws an error whose message is its class's", () => {
    throw new DOMException(services.db.database);
  });

  test("takes too long", { timeout: 200 }, async (t) => {
    t.diagnostic(services.db.database);
    await sleep(30_000, undefined, { signal: t.signal }).catch(() => undefined);
  });

  describe("a hook", () => {
    beforeEach(() => assert.equal(services.db.database, "in a hook"));

    test("fails before it", () => undefined);
  });

  describe("a hook afterwards", () => {
    afterEach(() => assert.equal(services.db.database, "in a hook"));

    test("fails after it", () => undefined);
  });
});

describe("tests that share one", () => {
  const services = useServices(config, "shared");

  test("fails with what its file shares", () => {
    assert.equal(services.shared.database, "shared");
  });
});
