import { Redis } from "ioredis";
import { describe, expect, onTestFinished, test as base } from "vitest";
import { Stage } from "../crash/support/stage.ts";
import { attachService, redis } from "../../src/index.ts";
import { inspect } from "../support/engine.ts";
import { failureOf, images, test } from "../support/workspace.ts";

function connectTo(url: string): Redis {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  client.on("error", () => undefined);
  onTestFinished(() => {
    client.disconnect();
  });
  return client;
}

const forbidden = [
  ["flushall"],
  ["swapdb", "0", "1"],
  ["config", "set", "maxmemory", "32mb"],
  ["client", "pause", "1"],
  ["function", "flush"],
] as const;

describe("a Redis server of one's own", () => {
  test("is another container, where everything may be done, and nobody else is disturbed", async ({ workspace }) => {
    const { services } = await workspace.start({ cache: redis(images.redis) });
    const { cache } = services;
    await connectTo(cache.url).set("key", "everybody's");
    await using own = await cache.isolate({ isolated: true });
    expect((await inspect(own.server.id))?.State.Running).toBe(true);
    expect(own.server.id).not.toBe(cache.id);
    expect(own.database).toBe(0);

    const client = connectTo(own.url);
    expect(await client.keys("*")).toEqual([]);
    await client.set("key", "mine");
    for (const [name, ...args] of forbidden) expect(await client.call(name, ...args)).toBe("OK");

    expect(await client.dbsize()).toBe(0);
    expect(await connectTo(cache.url).get("key")).toBe("everybody's");
  });

  test("is needed for that: the user of a logical database is refused all of it", async ({ workspace }) => {
    const { services } = await workspace.start({ cache: redis(images.redis) });
    await using part = await services.cache.isolate();
    expect(part.server.id).toBe(services.cache.id);
    const client = connectTo(part.url);

    for (const [name, ...args] of forbidden) {
      expect(await failureOf(client.call(name, ...args))).toMatchObject({ message: /^NOPERM/ });
    }
  });

  test("is removed when it is given back, and none is started ahead of one that was asked for once", async ({
    workspace,
  }) => {
    const { services } = await workspace.start({ cache: redis(images.redis) });
    const own = await services.cache.isolate({ isolated: true });
    await own.server.flush();

    await own[Symbol.asyncDispose]();

    await expect.poll(() => inspect(own.server.id), { timeout: 10_000 }).toBeUndefined();
    expect((await workspace.containers()).map(({ Id }) => Id)).toEqual([services.cache.id]);
  });

  test("is what everybody gets where the mode says so, unless they ask otherwise", async ({ workspace }) => {
    const { services } = await workspace.start({ cache: redis(images.redis, { isolation: { mode: "server" } }) });
    const { cache } = services;

    await using one = await cache.isolate();
    await using two = await cache.isolate();
    await using part = await cache.isolate({ isolated: false });

    expect(new Set([cache.id, one.server.id, two.server.id]).size).toBe(3);
    expect(part.server.id).toBe(cache.id);
    await using within = await one.server.isolate();
    expect(within.server.id).toBe(one.server.id);
    await using another = await one.server.isolate({ isolated: true });
    expect([cache.id, one.server.id, two.server.id]).not.toContain(another.server.id);
  });

  test("is not to be had from whoever starts nothing", async ({ workspace }) => {
    const definition = redis(images.redis);
    const { connections } = await workspace.start({ cache: definition });
    await using attached = await attachService(definition, connections["cache"]!);

    expect(await failureOf(attached.handle.isolate({ isolated: true }))).toMatchObject({
      code: "CLEANROOM_UNSUPPORTED",
      message:
        "cache has no container of one's own here: whoever used `attachService` starts none.\n" +
        "Open an environment in the session with `CleanroomEnvironment.open`, and ask that for it.",
    });
  });

  base("goes with the process that had it, when that is killed", async () => {
    await using stage = await Stage.create();
    const services = { cache: { kind: "redis", options: { isolation: { mode: "server" } } } } as const;
    const [doomed, other] = [stage.client(), stage.client()];
    await doomed.open(services);
    await other.open(services);
    const [lost, kept] = await Promise.all([doomed.isolate("cache"), other.isolate("cache")]);

    await doomed.signal("SIGKILL");

    await expect.poll(() => stage.containers("cache"), { timeout: 10_000 }).not.toContain(lost);
    expect(await stage.containers("cache")).toContain(kept);
    await other.die("end");
    await stage.settled(10_000);
  });
});
