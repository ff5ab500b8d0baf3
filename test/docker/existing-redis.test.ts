import { Redis } from "ioredis";
import { afterEach, describe, expect, onTestFinished, vi } from "vitest";
import { redis } from "../../src/index.ts";
import { Client } from "../support/coordinator-processes.ts";
import { EngineProxy } from "../support/engine-proxy.ts";
import type { ForeignRedis } from "../support/foreign-servers.ts";
import { runRedis } from "../support/foreign-servers.ts";
import { failureOf, images, test as base } from "../support/workspace.ts";

const test = base.extend("server", { scope: "file" }, async ({}, { onCleanup }) => {
  const server = await runRedis();
  onCleanup(() => server[Symbol.asyncDispose]());
  return server;
});

afterEach(() => {
  vi.unstubAllEnvs();
});

const nowhere = "tcp://127.0.0.1:1";

/** What the holder of a URL is answered. */
async function asked<T>(url: string, work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: null });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    client.disconnect();
  }
}

/** What the server has: keys by database, the book aside, and users. */
async function contentsOf(server: ForeignRedis): Promise<{ readonly keyspace: string; readonly users: number }> {
  const info = await server.ask((client) => client.info("keyspace"));
  const users = await server.ask((client) => client.acl("LIST"));
  const keyspace = info
    .replaceAll(/^(#.*|db15:.*)\r?\n/gm, "")
    .replaceAll(/,.*/g, "")
    .trim();
  return { keyspace, users: users.length };
}

async function visitor(directory: string, server: ForeignRedis): Promise<Client> {
  const variables = { DOCKER_HOST: nowhere, CLEANROOM_URL_CACHE: server.url() };
  const client = new Client("../../programs/redis-visitor", [directory], variables);
  onTestFinished(() => client.kill());
  expect(await client.said()).toBe("there");
  return client;
}

describe("a Redis server that a variable names", () => {
  test.for([
    ["", "the default user, with users for each holder", true],
    ["app", "a user who may make none", false],
  ] as const)(
    "gives databases as %s, %s, where there is no engine",
    async ([username, , hasUsers], { workspace, server }) => {
      await server.ask((client) => client.set("treasure", "gold"), 0);
      await server.ask((client) => client.set("treasure", "silver"), 1);
      const before = await contentsOf(server);
      vi.stubEnv("DOCKER_HOST", nowhere);
      vi.stubEnv("CLEANROOM_URL_CACHE", server.url(0, username));
      const environment = await workspace.start({ cache: redis(images.redis) });
      const { cache } = environment.services;
      const [one, other] = [await cache.isolate(), await cache.isolate()];

      expect([one.database, other.database].toSorted()).toEqual([2, 3]); // 1 holds something of somebody's.
      await asked(one.url, (client) => client.set("key", "mine"));
      expect(await asked(other.url, (client) => client.dbsize())).toBe(0);
      expect(one.username.startsWith("cleanroom_isolated_")).toBe(hasUsers);
      expect(cache.url).toBe(server.url(0, username));
      expect(await asked(cache.url, (client) => client.get("treasure"))).toBe("gold");
      expect(await failureOf(cache.flush())).toMatchObject({ code: "CLEANROOM_UNSUPPORTED" });
      expect(await failureOf(cache.logs())).toMatchObject({ code: "CLEANROOM_UNSUPPORTED" });

      await one[Symbol.asyncDispose]();
      expect(await environment.cleanup()).toMatchObject({ containers: [], errors: [] });
      expect(await contentsOf(server)).toEqual(before);
      await server.ask((client) => client.flushall());
    },
  );

  test("is used in place of a container; without the variable one starts", async ({ workspace, server }) => {
    await using proxy = await EngineProxy.start();
    vi.stubEnv("DOCKER_HOST", proxy.endpoint);
    const start = async (): Promise<number> => {
      proxy.reset();
      const environment = await workspace.start({ cache: redis(images.redis) });
      await environment.services.cache.isolate();
      await environment.cleanup();
      return proxy.count("POST /containers/create");
    };

    expect(await start()).toBe(1);
    vi.stubEnv("CLEANROOM_URL_CACHE", server.url());
    expect(await start()).toBe(0);
  });

  test("says that all are in use, and hands out what is given back", async ({ workspace, server }) => {
    vi.stubEnv("CLEANROOM_URL_CACHE", server.url());
    const { services } = await workspace.start({ cache: redis(images.redis) });
    const held = await Promise.all(Array.from({ length: 14 }, () => services.cache.isolate()));

    expect(held.map(({ database }) => database).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 14 }, (_, index) => index + 1),
    );
    expect(await failureOf(services.cache.isolate())).toMatchObject({ code: "CLEANROOM_ISOLATION_EXHAUSTED" });
    await held[3]?.[Symbol.asyncDispose]();
    await using again = await services.cache.isolate();
    expect(again.database).toBe(held[3]?.database);
  });

  test("has no server for a test alone, and says so", async ({ workspace, server }) => {
    vi.stubEnv("CLEANROOM_URL_CACHE", server.url());
    const { services } = await workspace.start({ cache: redis(images.redis) });

    expect(await failureOf(services.cache.isolate({ isolated: true }))).toMatchObject({
      code: "CLEANROOM_UNSUPPORTED",
      message:
        "cache is the service that CLEANROOM_URL_CACHE names: there is no other that somebody could have alone.\n" +
        "Take a part of it, or unset CLEANROOM_URL_CACHE to have containers started.",
    });
    await using part = await services.cache.isolate({ isolated: false });
    expect(part.database).toBeGreaterThan(0);
  });

  test("loses what a process had that was killed to the next, and nobody else's", async ({ workspace, server }) => {
    const [killed, living, next] = await Promise.all([1, 2, 3].map(() => visitor(workspace.directory, server)));
    const lost = Number(await killed?.tell("take"));
    const held = Number(await living?.tell("take"));
    expect(new Set([lost, held]).size).toBe(2);
    await killed?.kill();

    const taken = [Number(await next?.tell("take")), Number(await next?.tell("take"))];
    expect(taken).not.toContain(held);
    expect(await server.ask((client) => client.get("who"), held)).toBe("me");
    expect(await next?.tell("end")).toBe("ended");
    expect(await living?.tell("end")).toBe("ended");
    expect(await contentsOf(server)).toEqual({ keyspace: "", users: 2 });
  });

  test("waits for another process that has all", async ({ workspace, server }) => {
    const other = await visitor(workspace.directory, server);
    for (let taken = 0; taken < 14; taken += 1) await other.tell("take");
    vi.stubEnv("CLEANROOM_URL_CACHE", server.url());
    const { services } = await workspace.start({ cache: redis(images.redis) });

    const waiting = services.cache.isolate();
    expect(await other.tell("end")).toBe("ended");
    await using database = await waiting;
    expect(database.database).toBeGreaterThan(0);
  });

  test.for([
    ["postgres://me@127.0.0.1/0", /must be the URL of a redis\(\), which begins with `redis:\/\/` or `rediss:\/\/`/],
    ["redis:///0", /must name a host/],
    ["redis://127.0.0.1/cache", /must end with the number of a database/],
    ["redis://127.0.0.1/0?db=1", /must say nothing after/],
    [(server: ForeignRedis) => server.url().replace(/:[^:@/]*@/, ":wrong@"), /was refused by the server: WRONGPASS/],
    [(server: ForeignRedis) => server.url().replace(/:[^:@/]*@/, ""), /was refused by the server: NOAUTH/],
    [(server: ForeignRedis) => server.url(99), /must not name database 99: they are 0 to 15/],
    [(server: ForeignRedis) => server.url(15), /must not name database 15, the last/],
  ] as const)("is refused at %s", async ([given, message], { workspace, server }) => {
    vi.stubEnv("DOCKER_HOST", nowhere);
    vi.stubEnv("CLEANROOM_URL_CACHE", typeof given === "string" ? given : given(server));
    const error = await failureOf(workspace.start({ cache: redis(images.redis) }));

    expect(error).toMatchObject({ code: "CLEANROOM_CONFIGURATION", message: expect.stringMatching(message) as string });
    expect(String(error)).toContain("CLEANROOM_URL_CACHE");
    expect(String(error)).not.toContain("wrong@");
  });
});
