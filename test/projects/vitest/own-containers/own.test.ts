import type { GenericContainer } from "cleanroom-test";
import { cleanroomTest } from "cleanroom-test/vitest/test";
import { Redis } from "ioredis";
import { afterAll, describe, expect } from "vitest";
import config from "./cleanroom.config.ts";

const test = cleanroomTest(config);

async function redis(own: GenericContainer, ...command: readonly string[]): Promise<string> {
  return (await own.exec(["redis-cli", ...command])).stdout.trim();
}

describe("a container that is reset", () => {
  const ids = new Set<string>();

  test.for([1, 2, 3])("is empty for test %i", async (number, { mail }) => {
    ids.add(mail.id);
    expect(await redis(mail, "dbsize")).toBe("0");
    await redis(mail, "set", "test", String(number));
  });

  afterAll(() => {
    expect(ids.size).toBe(1);
  });
});

describe("a container that is used once", () => {
  const ids = new Set<string>();

  // The server needs longer to start than its test may take.
  test.concurrent.for([1, 2, 3])("is ready before test %i begins", { timeout: 1000 }, async (_number, { slow }) => {
    ids.add(slow.id);
    expect(await (await fetch(slow.url)).text()).toBe("hello");
  });

  test("is so for the next test, too", { timeout: 1000 }, ({ slow }) => {
    expect(ids).not.toContain(slow.id);
    ids.add(slow.id);
  });

  afterAll(() => {
    expect(ids.size).toBe(4);
  });
});

describe("a container of a file", () => {
  test.beforeAll(async ({ filed }) => {
    await redis(filed, "set", "seed", "1");
  });

  test.beforeAll(async ({ filed }) => {
    expect(await redis(filed, "dbsize")).toBe("1");
  });

  test.for([2, 3])("has what the hook and the test before left, so %i keys", async (keys, { filed }) => {
    await redis(filed, "set", `test-${keys}`, "1");
    expect(await redis(filed, "dbsize")).toBe(String(keys));
  });
});

describe("a Redis server", () => {
  const ids = new Set<string>();

  test.for([1, 2])("is one that test %i may do everything to", async (_number, { cache }) => {
    ids.add(cache.server.id);
    const client = new Redis(cache.url);
    expect(await client.keys("*")).toEqual([]);
    await client.set("left", "behind", "GET");
    expect(await client.config("SET", "maxmemory", "32mb")).toBe("OK");
    client.disconnect();
  });

  afterAll(() => {
    expect(ids.size).toBe(2);
  });
});

describe("a test that fails", () => {
  test("with a container that is removed after it", async ({ slow }) => {
    await slow.exec(["sh", "-c", "echo only in this container > /proc/1/fd/1"]);
    expect(slow.port()).toBe(0);
  });

  test("with a server of its own", ({ cache }) => {
    expect(cache.database).toBe("of its own");
  });

  test("and another", ({ slow }) => {
    expect(slow.port()).toBe(0);
  });
});
