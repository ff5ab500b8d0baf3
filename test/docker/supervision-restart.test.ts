import { Redis } from "ioredis";
import { describe, expect } from "vitest";
import { container, http, postgres, redis } from "../../src/index.ts";
import { askPostgres } from "../support/ask-postgres.ts";
import * as engine from "../support/engine.ts";
import { failureOf, images, test } from "../support/workspace.ts";

async function hostPortOf(id: string, containerPort: string): Promise<string> {
  return (await engine.inspectExisting(id)).NetworkSettings.Ports[containerPort]?.[0]?.HostPort ?? "";
}

/** Does something as a client of a Redis server. */
async function inRedis<T>(url: string, work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  try {
    await client.connect();
    return await work(client);
  } finally {
    client.disconnect();
  }
}

describe("after a restart", () => {
  test("every client of a Redis server can empty and isolate databases by its new port", async ({ workspace }) => {
    const services = { cache: redis(images.redis) };
    const [one, two] = [await workspace.start(services), await workspace.start(services)];
    const caches = [one.services.cache, two.services.cache];
    for (const cache of caches) await cache.flush(1); // Each has a connection open from now on.
    const former = caches[0]!.port();
    const restarted = new Promise((resolve) => two.on("container:restarted", resolve));

    await caches[0]!.restart();
    await restarted;

    const port = await hostPortOf(caches[0]!.id, "6379/tcp");
    expect(port).not.toBe(String(former));
    for (const cache of caches) {
      await inRedis(cache.databaseUrl(1), (client) => client.set("key", "value"));
      await cache.flush(1);
      expect(await inRedis(cache.databaseUrl(1), (client) => client.dbsize())).toBe(0);
      await using own = await cache.isolate();
      expect(new URL(own.url).port).toBe(port);
      expect(await inRedis(own.url, (client) => client.set("key", "mine"))).toBe("OK");
    }
  });

  test("a durable PostgreSQL server has its databases still, and makes more for who asked meanwhile", async ({
    workspace,
  }) => {
    const environment = await workspace.start({ db: postgres(images.postgres, { durable: true }) });
    const { db } = environment.services;
    await askPostgres(db.url, "CREATE TABLE kept (id int)");
    await using held = await db.isolate();
    await askPostgres(held.url, "CREATE TABLE mine (id int)");

    const restarting = db.restart();
    const taking = db.isolate();
    await restarting;
    await using taken = await taking;

    const port = await hostPortOf(db.id, "5432/tcp");
    expect(new URL(taken.url).port).toBe(port);
    expect(await askPostgres(db.url, "SELECT * FROM kept")).toEqual([]);
    expect(await askPostgres(`${db.url.replace(/\/[^/]*$/, "")}/${held.database}`, "SELECT * FROM mine")).toEqual([]);
    expect(await failureOf(askPostgres(taken.url, "SELECT * FROM mine"))).toMatchObject({ code: "42P01" });
  });

  test("transactions of a durable PostgreSQL server are begun by its new port", async ({ workspace }) => {
    const environment = await workspace.start({
      db: postgres(images.postgres, { durable: true, isolation: { mode: "transaction" } }),
    });
    const { db } = environment.services;
    await (await db.isolate())[Symbol.asyncDispose](); // Its database, and its connection, are kept for the next one.
    const former = db.port();
    const restarted = new Promise((resolve) => environment.on("container:restarted", resolve));

    await engine.restartContainer(db.id); // Only somebody else does that to it.
    await restarted;

    expect(db.port()).not.toBe(former);
    await using transaction = await db.isolate();
    const { rows } = await transaction.client.query("SELECT current_database() AS name");
    expect(rows).toEqual([{ name: transaction.database }]);
  });
});

test("a container that does not listen to SIGTERM has not failed when somebody else restarts it", async ({
  workspace,
}) => {
  const environment = await workspace.start({
    app: container(images.service, {
      ports: [8080],
      health: http({ port: 8080, path: "/ready" }),
      env: { IGNORE_TERM: "1" },
    }),
  });
  const { app } = environment.services;
  const states: string[] = [];
  environment.on("container:state", ({ to }) => void states.push(to));
  const over = Promise.withResolvers<unknown>();
  environment.on("container:restarted", over.resolve);
  environment.on("container:state", ({ to }) => to === "failed" && over.resolve(to));

  await engine.restartContainer(app.id);
  await over.promise;

  expect(states).toEqual(["restarting", "starting", "ready", "running"]);
  const kills = (await engine.eventsOf(app.id)).filter(({ Action }) => Action === "kill");
  expect(kills).toHaveLength(2);
  expect(String(app.port())).toBe(await hostPortOf(app.id, "8080/tcp"));
});
