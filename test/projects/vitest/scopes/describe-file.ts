import type { RedisDatabase } from "cleanroom-test";
import { Redis } from "ioredis";
import { describe, expect } from "vitest";
import { note, test } from "./scopes-test.ts";

/** What the tests of a file share, and what they do not. */
export function describeFile(): void {
  test.beforeAll(async ({ client }) => {
    await client.query("INSERT INTO note VALUES ('from beforeAll')");
  });

  test("finds what the hooks wrote, and writes", async ({ client }) => {
    expect((await client.query("SELECT * FROM note")).rows).toEqual([
      { text: "from aroundAll" },
      { text: "from beforeAll" },
    ]);
    await client.query("INSERT INTO note VALUES ('from a test')");
    await note(client);
  });

  const derived = test.extend("databaseName", ({ db }) => db.database);
  derived("finds what they wrote, by a test function of its own", async ({ client, databaseName }) => {
    expect((await client.query("SELECT * FROM note")).rowCount).toBe(3);
    expect((await client.query("SELECT current_database() AS name")).rows).toEqual([{ name: databaseName }]);
  });

  test("has the database of its worker", async ({ workers, workersClient }) => {
    expect(workers.database).toMatch(/^test_/);
    await note(workersClient);
  });

  describe("concurrent tests", () => {
    test.for([1, 2, 3])(
      "test %i has a cache of its own",
      { concurrent: true },
      async (_, { cache, expect: expectHere }) => {
        const redis = new Redis(cache.url);
        expectHere(await redis.set("same", "key", "NX")).toBe("OK");
        redis.disconnect();
      },
    );
  });

  describe("what is put in the place of a cache", () => {
    test.override("cache", { url: "redis://nowhere" } as RedisDatabase);

    test("is used", ({ cache }) => {
      expect(cache.url).toBe("redis://nowhere");
    });
  });

  test.aroundAll(async (runTests, { client }) => {
    await client.query("INSERT INTO note VALUES ('from aroundAll')");
    await runTests();
  });

  test.afterAll(async ({ client }) => {
    expect((await client.query("SELECT * FROM note")).rowCount).toBe(3);
  });
}
