import { describe, expect, test } from "vitest";
import type { ServiceConnection } from "../../../../src/index.ts";
import { idOf, partOf } from "../../../../src/services/redis/database-part.ts";
import { RedisContainer } from "../../../../src/services/redis/redis-container.ts";

const connection: ServiceConnection = {
  name: "cache",
  id: "1",
  image: "redis:8",
  key: "k",
  host: "127.0.0.1",
  ports: { "6379/tcp": 49_152 },
  networkAlias: "cache",
  details: { password: "p@", databases: "16" },
};

/** A handle that is handed these parts, and what it gave back. */
function handle(...parts: readonly string[]) {
  const [waiting, given]: [string[], string[]] = [[...parts], []];
  const cache = new RedisContainer(connection, {
    state: () => "running",
    exec: () => Promise.resolve({ exitCode: 0, stdout: "", stderr: "" }),
    logs: () => Promise.resolve(""),
    takePart: () => Promise.resolve(waiting.shift() ?? ""),
    givePart: async (id) => void given.push(id),
    stats: () => Promise.resolve({ memoryBytes: 1, cpuTimeMs: 2, pids: 3 }),
    monitor: () => {
      throw new Error("nobody looks");
    },
  });
  return { cache, given };
}

describe("a redis handle", () => {
  test("says where the server answers as the default user, from here and from other containers", () => {
    const { cache } = handle();

    expect(cache.url).toBe("redis://:p%40@127.0.0.1:49152/0");
    expect(cache.networkUrl).toBe("redis://:p%40@cache:6379/0");
    expect(cache.databaseUrl(7)).toBe("redis://:p%40@127.0.0.1:49152/7");
  });

  test("says where a database answers as its own user, or as the default user where it has none", async () => {
    const { cache } = handle("7@0123456789ab", "8#0123456789ab");
    const [own, without] = [await cache.isolate(), await cache.isolate()];

    expect([own.database, own.username]).toEqual([7, "cleanroom_isolated_7_0123456789ab"]);
    expect(own.url).toBe(`redis://${own.username}:${own.password}@127.0.0.1:49152/7`);
    expect(own.networkUrl).toBe(`redis://${own.username}:${own.password}@cache:6379/7`);
    expect(own.password).not.toContain(cache.password);
    expect([without.database, without.username, without.password]).toEqual([8, "", "p@"]);
    expect(without.url).toBe(cache.databaseUrl(8));
  });

  test("gives the holder of the same number another password each time", async () => {
    const { cache } = handle("7@0123456789ab", "7@ba9876543210");

    expect((await cache.isolate()).password).not.toBe((await cache.isolate()).password);
  });

  test("gives a database back once, by the name it was handed out under", async () => {
    const { cache, given } = handle("7@0123456789ab");
    const part = await cache.isolate();

    await Promise.all([part[Symbol.asyncDispose](), part[Symbol.asyncDispose]()]);

    expect(given).toEqual(["7@0123456789ab"]);
  });
});

test.for(["7@0123456789ab", "1022#0123456789ab"])("%s is the name of one part", (id) => {
  expect(idOf(partOf(id))).toBe(id);
});
