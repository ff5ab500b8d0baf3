import { Redis } from "ioredis";
import { describe, expect, onTestFinished, vi } from "vitest";
import { attachService, IsolationError, redis } from "../../src/index.ts";
import { RedisDatabaseSource } from "../../src/services/redis/database-source.ts";
import * as engine from "../support/engine.ts";
import { failureOf, images, test as base, Workspace } from "../support/workspace.ts";

/** A server that the tests of this file share; each takes logical databases of its own. */
const test = base.extend("cache", { scope: "file" }, async ({}, { onCleanup }) => {
  const workspace = await Workspace.create();
  onCleanup(() => workspace[Symbol.asyncDispose]());
  return (await workspace.start({ cache: redis(images.redis) })).services.cache;
});

function connectTo(url: string): Redis {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  client.on("error", () => undefined);
  onTestFinished(() => {
    client.disconnect();
  });
  return client;
}

describe("an isolated database", () => {
  test("does not see its sister's keys", async ({ cache }) => {
    await using mine = await cache.isolate();
    await using sisters = await cache.isolate();
    const [client, sister] = [connectTo(mine.url), connectTo(sisters.url)];

    await client.set("key", "mine");

    expect(await sister.get("key")).toBeNull();
    expect(await client.get("key")).toBe("mine");
    expect(await sister.dbsize()).toBe(0);
  });

  test("is needed for that: in a shared one the key is seen", async ({ cache }) => {
    await using shared = await cache.isolate();
    await connectTo(shared.url).set("key", "mine");

    expect(await connectTo(shared.url).get("key")).toBe("mine");
  });

  test("is empty, even when its number was in use before", async ({ workspace }) => {
    const { services } = await workspace.start({ cache: redis(images.redis, { databases: 3 }) });
    const first = await services.cache.isolate();
    await connectTo(first.url).set("left", "behind");
    await Promise.all([first[Symbol.asyncDispose](), first[Symbol.asyncDispose]()]);

    await using second = await services.cache.isolate();
    expect(second.database).toBe(first.database);
    expect(await connectTo(second.url).dbsize()).toBe(0);
  });

  test("has a number that nobody else has, however many ask from however many processes", async ({ workspace }) => {
    const definition = redis(images.redis, { databases: 202 });
    const { services, connections } = await workspace.start({ cache: definition });
    await using attached = await attachService(definition, connections["cache"]!);

    const parts = await Promise.all(
      Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? services.cache : attached.handle).isolate()),
    );
    const error = await failureOf(attached.isolate());

    expect(new Set(parts.map(({ database }) => database)).size).toBe(200);
    expect(parts.map(({ database }) => database)).not.toContain(0);
    expect(error).toBeInstanceOf(IsolationError);
    expect((error as Error).message).toBe(
      "All 200 isolated databases of cache are in use.\n" +
        "Dispose what `isolate()` returned (`await using` does), or raise `databases`.",
    );

    await parts[117]?.[Symbol.asyncDispose]();
    await using again = await attached.isolate();
    expect(again.database).toBe(parts[117]?.database);
  });

  test("still comes back after others were refused", async ({ workspace }) => {
    const { services } = await workspace.start({ cache: redis(images.redis, { databases: 4 }) });
    const parts = [await services.cache.isolate(), await services.cache.isolate()];
    for (let refusals = 0; refusals < 10; refusals += 1) await failureOf(services.cache.isolate());

    for (const part of parts) await part[Symbol.asyncDispose]();
    const again = [await services.cache.isolate(), await services.cache.isolate()];

    expect(again.map(({ database }) => database).toSorted()).toEqual(parts.map(({ database }) => database).toSorted());
    await expect(services.cache.isolate()).rejects.toBeInstanceOf(IsolationError);
  });

  test("is waited for while another environment has them all, and not by that one itself", async ({ workspace }) => {
    const definition = redis(images.redis, { databases: 4 });
    const one = (await workspace.start({ cache: definition })).services.cache;
    const other = (await workspace.start({ cache: definition })).services.cache;
    expect(other.id).toBe(one.id);
    const parts = [await one.isolate(), await one.isolate()];

    const waiting = other.isolate();
    expect(await failureOf(one.isolate())).toMatchObject({ code: "CLEANROOM_ISOLATION_EXHAUSTED" });
    await parts[1]?.[Symbol.asyncDispose]();

    await using got = await waiting;
    expect(got.database).toBe(parts[1]?.database);
  });

  test("has everything that is needed to reach it", async ({ cache }) => {
    await using part = await cache.isolate();
    const { host, port, username, password, database } = part;
    const client = new Redis({ host, port, username, password, db: database });

    expect(await client.ping()).toBe("PONG");
    expect(await client.client("INFO")).toContain(` db=${database} `);
    client.disconnect();
    expect(part.url).toBe(`redis://${username}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`);
    expect(cache.databaseUrl(database)).toBe(`redis://:${cache.password}@127.0.0.1:${port}/${database}`);
    expect(() => part.networkUrl).toThrow("cache is on no network that other containers share.");
  });

  test("can be had again after the server broke our connection", async ({ workspace }) => {
    const { services } = await workspace.start({ cache: redis(images.redis) });
    await using first = await services.cache.isolate();
    await connectTo(services.cache.url).call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");

    // Until this process has heard of it, a command may still go to the broken one.
    await using second = await vi.waitFor(() => services.cache.isolate(), { timeout: 10_000 });
    expect(second.database).not.toBe(first.database);
  });
});

describe("an isolated database whose server is gone", () => {
  test.for(["killed", "cleaned up", "shut down"] as const)(
    "is disposed without a word: %s",
    async (how, { workspace }) => {
      const environment = await workspace.start({ cache: redis(images.redis) });
      const { cache } = environment.services;
      const part = await cache.isolate();

      if (how === "killed") await engine.interfere(cache.id, "kill");
      else if (how === "cleaned up") await environment.cleanup();
      else await failureOf(connectTo(cache.url).shutdown("NOSAVE"));

      await part[Symbol.asyncDispose]();
    },
  );

  test("is told of otherwise where it is given back at once: a server that runs and refuses", async ({ workspace }) => {
    const definition = redis(images.redis);
    const { services, connections } = await workspace.start({ cache: definition });
    await using attached = await attachService(definition, connections["cache"]!);
    const part = await attached.isolate();
    const admin = connectTo(services.cache.url);
    await admin.config("SET", "requirepass", "another");
    await admin.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");

    const error = await failureOf(Promise.resolve(part[Symbol.asyncDispose]()));

    expect(error).toBeInstanceOf(IsolationError);
    expect((error as Error).message).toContain(`Could not give back database ${part.database} of cache: `);
  });
});

describe("the user of an isolated database", () => {
  test.for([
    "FLUSHALL",
    "SELECT 0",
    "SWAPDB 1 2",
    "MOVE key 2",
    "CONFIG SET maxmemory 0",
    "CLIENT KILL TYPE pubsub",
    "CLIENT PAUSE 0",
    "SCRIPT FLUSH",
    "FUNCTION FLUSH",
    "ACL LIST",
    "REPLICAOF NO ONE",
    "BGSAVE",
    "EVAL redis.call('SELECT',0) 0",
  ])("may not %s, which the default user may", async (command, { cache }) => {
    const [name = "", ...words] = command.split(" ");
    await using part = await cache.isolate();

    const error = await failureOf(connectTo(part.url).call(name, words));
    expect((error as Error).message).toMatch(/^NOPERM|can't run this command/);

    await connectTo(cache.databaseUrl(part.database)).call(name, words);
  });

  test.for([["SHUTDOWN"], ["MONITOR"], ["DEBUG", "SLEEP", "0"]] as const)("may not %s", async (words, { cache }) => {
    await using part = await cache.isolate();
    const admin = connectTo(cache.url);

    expect(await admin.call("ACL", ["DRYRUN", part.username, ...words])).toContain("has no permissions");
    expect(await admin.call("ACL", ["DRYRUN", "default", ...words])).toBe("OK");
  });

  test("may do what concerns its own", async ({ cache }) => {
    await using part = await cache.isolate();
    const client = connectTo(part.url);
    const subscriber = connectTo(part.url);
    await subscriber.subscribe("news");

    await client.multi().set("key", "1").lpush("list", "2", "1").exec();
    expect(await client.sort("list")).toEqual(["1", "2"]);
    expect((await client.keys("*")).toSorted()).toEqual(["key", "list"]);
    expect(await client.eval("return redis.call('GET', KEYS[1])", 1, "key")).toBe("1");
    expect(await client.publish("news", "hello")).toBe(1);
    expect(await client.config("GET", "databases")).toEqual(["databases", "1024"]);
    expect(await client.info("server")).toContain("redis_version");
    expect(await client.client("SETNAME", "me")).toBe("OK");
    expect(await client.copy("key", "copy")).toBe(1);
    await client.flushdb();
    expect(await client.dbsize()).toBe(0);
  });

  test("goes with it: whoever is still connected is cut off, and comes in no more", async ({ cache }) => {
    const part = await cache.isolate();
    const [late, control] = [connectTo(part.url), connectTo(cache.databaseUrl(part.database))];
    await Promise.all([late.set("key", "1"), control.ping()]);
    expect(await connectTo(cache.url).auth(part.username, part.password)).toBe("OK");
    const ended = new Promise((resolve) => late.once("end", resolve));

    await part[Symbol.asyncDispose]();
    await ended;

    await expect(connectTo(cache.url).auth(part.username, part.password)).rejects.toThrow("WRONGPASS");
    expect(await control.ping()).toBe("PONG");
  });

  test("has a password that nothing else has", async ({ cache }) => {
    await using one = await cache.isolate();
    await using other = await cache.isolate();

    expect(new Set([one.password, other.password, cache.password]).size).toBe(3);
    await expect(connectTo(cache.url).auth(one.username, other.password)).rejects.toThrow("WRONGPASS");
    expect(await connectTo(cache.url).auth(one.username, one.password)).toBe("OK");
  });

  test("is not there on a server without a password", async ({ workspace }) => {
    const { services } = await workspace.start({ cache: redis(images.redis, { password: false }) });
    await using part = await services.cache.isolate();

    expect([part.username, part.password]).toEqual(["", ""]);
    expect(part.url).toBe(`redis://127.0.0.1:${part.port}/${part.database}`);
    expect(await connectTo(part.url).acl("USERS")).toEqual(["default"]);
    await connectTo(part.url).flushall();
  });

  test("is not there on a server that knows no users, as before Redis 6", async ({ workspace }) => {
    const file = { target: "/etc/no-users.conf", content: 'rename-command ACL ""\n' };
    const definition = redis(images.redis, { files: [file], settings: { include: file.target } });
    const { services } = await workspace.start({ cache: definition });
    const part = await services.cache.isolate();

    expect([part.username, part.password]).toEqual(["", services.cache.password]);
    await connectTo(part.url).set("key", "1");
    await part[Symbol.asyncDispose]();
    await using next = await services.cache.isolate();
    expect(next.database).toBe(part.database);
    expect(await connectTo(next.url).dbsize()).toBe(0);
    await expect(connectTo(services.cache.url).acl("USERS")).rejects.toThrow("unknown command");
  });
});

describe("what makes databases", () => {
  test("empties one that is given back, and frees it", async ({ workspace }) => {
    const { source, admin } = await sourceOf(workspace);
    const id = await source.make();
    await admin.select(1);
    await admin.set("left", "behind");
    expect(await admin.dbsize()).toBe(1);

    await source.remove(id);

    expect(await admin.dbsize()).toBe(0);
    expect(databaseIn(await source.make())).toBe(1);
  });

  test("leaves alone what somebody else has by now, whoever gives it back late or twice", async ({ workspace }) => {
    const { source, successor, admin } = await sourceOf(workspace);
    const id = await source.make();
    await successor.remove(id);
    const next = await successor.make();
    expect(databaseIn(next)).toBe(databaseIn(id));
    await admin.select(1);
    await admin.set("key", "another's");

    await source.remove(id);
    await successor.remove(id);

    expect(await admin.get("key")).toBe("another's");
    expect(databaseIn(await successor.make())).toBe(2);
    await successor.remove(next); // The control: by its own name it is emptied.
    expect(await admin.get("key")).toBeNull();
  });

  test("hands out one that is empty, though the administrator wrote to it", async ({ workspace }) => {
    const { source, admin } = await sourceOf(workspace);
    await admin.select(1);
    await admin.set("key", "early");

    expect(databaseIn(await source.make())).toBe(1);

    expect(await admin.dbsize()).toBe(0);
  });

  test("knows what others handed out, and keeps that of a predecessor though its book got lost", async ({
    workspace,
  }) => {
    const { source, successor, admin } = await sourceOf(workspace);
    const [kept, left] = [await source.make(), await source.make()];
    expect((await successor.list([])).toSorted()).toEqual([kept, left].toSorted());
    await admin.flushall();

    expect(await successor.list([kept])).toEqual([kept]);

    expect([databaseIn(kept), databaseIn(await successor.make())]).toEqual([1, 2]);
    expect(await source.make().then(databaseIn)).toBe(3); // It remembers both of its own.
  });

  test("says that all are in use, of which only a number that is free is the cure", async ({ workspace }) => {
    const { source } = await sourceOf(workspace, 4);
    const ids = [await source.make(), await source.make()];
    const error = await failureOf(source.make());
    expect([source.isFull(error), source.isFull(new Error("another"))]).toEqual([true, false]);

    await source.remove(ids[0] ?? "");

    expect(databaseIn(await source.make())).toBe(1);
  });
});

/** A server, and two that hand out its databases, as a coordinator and its successor do. */
async function sourceOf(workspace: Workspace, databases = 16) {
  const { services, connections } = await workspace.start({ cache: redis(images.redis, { databases }) });
  const [source, successor] = [connections["cache"]!, connections["cache"]!].map((connection) => {
    const opened = new RedisDatabaseSource(connection);
    onTestFinished(() => opened[Symbol.asyncDispose]());
    return opened;
  });
  return { source: source!, successor: successor!, admin: connectTo(services.cache.url) };
}

function databaseIn(id: string): number {
  return Number.parseInt(id, 10);
}

test("a database is emptied without touching the others", async ({ cache }) => {
  await using kept = await cache.isolate();
  await using emptied = await cache.isolate();
  await connectTo(kept.url).set("key", "kept");
  await connectTo(emptied.url).set("key", "emptied");
  await connectTo(cache.url).set("key", "zero");

  await cache.flush(emptied.database);
  expect(await connectTo(emptied.url).dbsize()).toBe(0);
  await cache.flush();

  expect(await connectTo(cache.url).dbsize()).toBe(0);
  expect(await connectTo(kept.url).get("key")).toBe("kept");
});

describe("settings", () => {
  test("write nothing to disk by default and give room for a thousand databases", async ({ cache }) => {
    const client = connectTo(cache.url);

    expect(await client.config("GET", "save")).toEqual(["save", ""]);
    expect(await client.config("GET", "appendonly")).toEqual(["appendonly", "no"]);
    expect(await client.config("GET", "databases")).toEqual(["databases", "1024"]);
    expect(cache.databases).toBe(1024);
  });

  test("can be chosen", async ({ workspace }) => {
    const settings = { maxmemory: "64mb", "maxmemory-policy": "allkeys-lru", save: "60 1" };
    const { services } = await workspace.start({ cache: redis(images.redis, { settings, databases: 5 }) });
    const client = connectTo(services.cache.url);

    expect(await client.config("GET", "maxmemory")).toEqual(["maxmemory", String(64 * 1024 * 1024)]);
    expect(await client.config("GET", "maxmemory-policy")).toEqual(["maxmemory-policy", "allkeys-lru"]);
    expect(await client.config("GET", "save")).toEqual(["save", "60 1"]);
    expect(await client.config("GET", "databases")).toEqual(["databases", "5"]);
  });
});

describe("the password", () => {
  const hostile = [
    `x; touch /tmp/cleanroom-pwned; true`,
    `"quoted" 'and' $(touch /tmp/cleanroom-pwned)`,
    `100% @home/dir:6379?a=b#c\\d`,
    `pässwörd-密码-🔑`,
  ];

  test.for(hostile)("is taken literally: %s", async (password, { workspace }) => {
    const { services } = await workspace.start({ cache: redis(images.redis, { password }) });
    await using part = await services.cache.isolate();

    expect(decodeURIComponent(new URL(services.cache.url).password)).toBe(password);
    expect(await connectTo(part.url).ping()).toBe("PONG");
    expect((await services.cache.exec(["ls", "/tmp"])).stdout).not.toContain("pwned");
  });

  test("is in a file of the container and nowhere that others can look", async ({ workspace }) => {
    const canary = "canary-4711-canary";
    const { services, connections } = await workspace.start({ cache: redis(images.redis, { password: canary }) });
    const { id } = services.cache;
    const file = await services.cache.exec(["cat", "/etc/cleanroom/redis.conf"]);

    const seen = {
      inspect: JSON.stringify(await engine.inspectExisting(id)),
      commandLines: await engine.commandLines(id),
      logs: await engine.logs(id),
      events: JSON.stringify(await engine.eventsOf(id)),
      key: connections["cache"]?.key ?? "",
    };

    expect(file.stdout).toContain(canary); // The control: it is there to be found.
    expect(seen.commandLines).toContain("redis-server");
    expect(Object.entries(seen).filter(([, text]) => text.includes(canary))).toEqual([]);
  });

  test("that nobody chose is nowhere in the container's description, and another for each service", async ({
    workspace,
  }) => {
    const { services } = await workspace.start({ one: redis(images.redis), other: redis(images.redis) });
    const { id, password } = services.one;
    const seen = [JSON.stringify(await engine.inspectExisting(id)), await engine.commandLines(id)];

    expect(password.length).toBeGreaterThanOrEqual(24);
    expect(password).not.toBe(services.other.password);
    expect(seen.filter((text) => text.includes(password))).toEqual([]);
    await using part = await services.one.isolate();
    expect(await connectTo(part.url).ping()).toBe("PONG");
  });
});
