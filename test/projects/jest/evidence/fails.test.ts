import { afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { useServices } from "cleanroom-test/jest/test";
import config from "../../vitest/evidence/cleanroom.config.ts";
import { logLine } from "../../vitest/evidence/log-line.ts";

test("fails and uses nothing", () => {
  expect(1).toBe(2);
});

describe("tests with a database", () => {
  const services = useServices(config, "db");

  test("passes", async () => {
    await logLine(services.db.connectionString, "at a test that passes");
  });

  test.failing("is expected to fail", () => {
    expect(services.db.database).toBe("expected");
  });

  test("fails in its body", async () => {
    await logLine(services.db.connectionString, "at a test that fails");
    expect(services.db.database).toBe("in the body");
  });

  test.concurrent.each([1, 2])("fails concurrently %i", async () => {
    await logLine(services.db.connectionString, `of ${services.db.database}`);
    expect(services.db.database).toBe("concurrently");
  });

  describe("a hook", () => {
    beforeEach(() => {
      expect(services.db.database).toBe("in a hook");
    });

    test("fails before it", () => undefined);
  });

  describe("a hook afterwards", () => {
    afterEach(() => {
      expect(services.db.database).toBe("in a hook");
    });

    test("fails after it", () => undefined);
  });
});

describe("tests with what their file shares", () => {
  const services = useServices(config, "shared");

  test("fails with what its file shares", () => {
    expect(services.shared.database).toBe("shared");
  });

  describe("a hook of a suite", () => {
    beforeAll(() => {
      expect(services.shared.database).toBe("in a suite's hook");
    });

    test("fails as its suite's hook did", () => undefined);
    test("and so does the next", () => undefined);
  });
});
