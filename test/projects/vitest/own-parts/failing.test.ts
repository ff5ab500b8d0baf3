import { CleanroomEnvironment } from "cleanroom-test";
import { cleanroomTest } from "cleanroom-test/vitest/test";
import { createConnection } from "mysql2/promise";
import { expect, inject } from "vitest";
import config from "./cleanroom.config.ts";

const test = cleanroomTest(config);

test("passes", async ({ db }) => {
  expect(db.name).toMatch(/^test_/);
});

test("fails", async ({ db }) => {
  const environment = await CleanroomEnvironment.open(config, inject("cleanroom"));
  const server = await environment.get("db");
  const url = new URL(db.url);
  url.password = "wrong";
  await createConnection(url.href).catch(() => undefined); // The server says so in its log, which the engine has a moment later.
  await expect.poll(() => server.logs()).toContain("Access denied");
  await environment.cleanup();
  expect(db.name).toBe("expected");
});
