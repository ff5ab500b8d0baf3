import { cleanroomTest } from "cleanroom-test/vitest/test";
import { createConnection } from "mysql2/promise";
import { expect } from "vitest";
import config from "./cleanroom.config.ts";

const test = cleanroomTest(config);

test("passes", async ({ db }) => {
  expect(db.name).toMatch(/^test_/);
});

test("fails", async ({ db }) => {
  const url = new URL(db.url);
  url.password = "wrong";
  await createConnection(url.href).catch(() => undefined); // The server says so in its log.
  expect(db.name).toBe("expected");
});
