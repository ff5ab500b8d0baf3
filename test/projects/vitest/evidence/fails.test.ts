import { cleanroomTest } from "cleanroom-test/vitest/test";
import { describe, expect } from "vitest";
import config from "./cleanroom.config.ts";
import { logLine } from "./log-line.ts";

const test = cleanroomTest(config);

test("passes", async ({ db }) => {
  await logLine(db.connectionString, "at a test that passes");
});

test.fails("is expected to fail", ({ db }) => {
  expect(db.database).toBe("expected");
});

test("fails and asks for nothing", () => {
  expect(1).toBe(2);
});

test("fails in its body", async ({ db }) => {
  await logLine(db.connectionString, "at a test that fails");
  expect(db.database).toBe("in the body");
});

test.concurrent.for([1, 2])("fails concurrently %i", async (_, { db, expect: expectHere }) => {
  await logLine(db.connectionString, `of ${db.database}`);
  expectHere(db.database).toBe("concurrently");
});

describe("a hook", () => {
  test.beforeEach(({ db }) => {
    expect(db.database).toBe("in a hook");
  });

  test("fails before it", () => undefined);
});

describe("a hook afterwards", () => {
  test.afterEach(({ db }) => {
    expect(db.database).toBe("in a hook");
  });

  test("fails after it", () => undefined);
});

test("fails with what its file shares", ({ shared }) => {
  expect(shared.database).toBe("shared");
});

describe("a hook of a suite", () => {
  test.beforeAll(({ shared }) => {
    expect(shared.database).toBe("in a suite's hook");
  });

  test("is skipped", () => undefined);
});
