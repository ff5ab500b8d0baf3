import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished } from "vitest";
import type { GenericContainer } from "../../src/index.ts";
import { all, any, container, http, postgres, redis } from "../../src/index.ts";
import * as engine from "../support/engine.ts";
import { failureOf, images, test } from "../support/workspace.ts";

const orders = "create table orders (id serial primary key, item text not null, quantity int not null);";

/** What the service image says when it connects to an address from inside its container. */
async function connectFrom(web: GenericContainer, host: string, port: number): Promise<number> {
  return (await fetch(`${web.url}/connect?host=${host}&port=${port}`)).status;
}

describe("an application in a container", () => {
  test("reaches the database it depends on under its name", async ({ workspace }) => {
    await workspace.write({ "orders.sql": orders });
    const db = postgres(images.postgres, { migrations: ["orders.sql"] });
    const app = container(images.ordersApp, {
      dependsOn: { database: db },
      env: ({ database }) => ({ DATABASE_URL: database.networkUrl }),
      ports: [8000],
      health: http({ port: 8000, path: "/health", bodyIncludes: "ok" }),
    });
    const { services } = await workspace.start({ db, app });

    const posted = await fetch(`${services.app.url}/orders`, {
      method: "POST",
      body: JSON.stringify({ item: "tea", quantity: 2 }),
    });
    const listed = await fetch(`${services.app.url}/orders`);

    expect(posted.status).toBe(201);
    expect(await listed.json()).toEqual([{ id: 1, item: "tea", quantity: 2 }]);
    expect(new URL(services.db.networkUrl).host).toBe("db:5432");
    expect(services.app.networkUrl).toBe("http://app:8000");
  });

  test("reaches an isolated database, and only that", async ({ workspace }) => {
    await workspace.write({ "orders.sql": orders });
    const environment = await workspace.start({
      db: postgres(images.postgres, { migrations: ["orders.sql"], network: true }),
    });
    await using part = await environment.services.db.isolate();
    const [own, isolated] = await Promise.all(
      [environment.services.db.networkUrl, part.networkUrl].map((DATABASE_URL, index) =>
        environment.getOrCreateContainer(`app${index}`, () =>
          container(images.ordersApp, {
            env: { DATABASE_URL },
            ports: [8000],
            network: true,
            health: http({ port: 8000, path: "/health" }),
          }),
        ),
      ),
    );

    await fetch(`${isolated!.url}/orders`, { method: "POST", body: '{"item":"tea","quantity":1}' });

    expect(await (await fetch(`${isolated!.url}/orders`)).json()).toHaveLength(1);
    expect(await (await fetch(`${own!.url}/orders`)).json()).toEqual([]);
  });

  test("is told apart from one that cannot reach its database", async ({ workspace }) => {
    const starting = workspace.start({
      app: container(images.ordersApp, {
        env: { DATABASE_URL: "postgres://test:test@db:5432/test" },
        ports: [8000],
        health: http({ port: 8000, path: "/health" }),
        startTimeoutMs: 4_000,
      }),
    });

    await expect(starting).rejects.toMatchObject({ code: "CLEANROOM_HEALTH_TIMEOUT" });
  });
});

describe("a container on the network", () => {
  test("is reached under its name and its aliases, and not from outside", async ({ workspace }) => {
    const cache = redis(images.redis, { network: true, networkAliases: ["redis.example", "r2"] });
    const inside = container(images.service, { ports: [8080], network: true });
    const outside = container(images.service, { ports: [8080] });
    const { services } = await workspace.start({ cache, inside, outside });
    const { address, gateway } = await networkAddress(services.cache.id);

    for (const name of ["cache", "redis.example", "r2", address]) {
      expect([name, await connectFrom(services.inside, name, 6379)]).toEqual([name, 200]);
    }
    expect(await connectFrom(services.outside, "cache", 6379)).toBe(502);
    expect(await connectFrom(services.outside, address, 6379)).toBe(502);
    expect(gateway).not.toBe("");
    expect(services.cache.networkUrl).toBe(`redis://:${encodeURIComponent(services.cache.password)}@cache:6379/0`);
    await using part = await services.cache.isolate();
    expect(part.networkUrl).toMatch(new RegExp(`@cache:6379/${part.database}$`));
  });

  test("shares it with the services of its own environment only", async ({ workspace }) => {
    const definition = (): ReturnType<typeof container> =>
      container(images.service, { ports: [8080], network: true, env: { LOG: "x" } });
    const one = await workspace.start({ web: definition(), peer: definition() });
    const other = await workspace.start({ web: definition(), alone: definition() });

    expect(await connectFrom(one.services.web, "peer", 8080)).toBe(200);
    expect(await connectFrom(other.services.web, "peer", 8080)).toBe(502);
    expect((await workspace.networks()).map(({ Labels }) => Labels?.["dev.cleanroom.project"])).toEqual([
      workspace.directory,
      workspace.directory,
    ]);
  });

  test("is there because something depends on it, unless it says otherwise", async ({ workspace }) => {
    const base = container(images.service, { ports: [8080] });
    const lonely = container(images.service, { ports: [8080], network: false });
    const user = container(images.service, { ports: [8080], dependsOn: { base, lonely } });
    const { services } = await workspace.start({ base, lonely, user });

    expect(await connectFrom(services.user, "base", 8080)).toBe(200);
    expect(await connectFrom(services.user, "lonely", 8080)).toBe(502);
  });
});

async function networkAddress(id: string): Promise<{ address: string; gateway: string }> {
  const { NetworkSettings } = await engine.inspectExisting(id);
  const [network] = Object.values(NetworkSettings.Networks);
  return { address: network?.IPAddress ?? "", gateway: network?.Gateway ?? "" };
}

describe("a network", () => {
  test("is made when the first service joins it, and gone after the cleanup", async ({ workspace }) => {
    const environment = await workspace.start({ web: container(images.service) });
    expect(await workspace.networks()).toEqual([]);

    await environment.getOrCreateContainer("joined", () => container(images.service, { network: true }));
    expect(await workspace.networks()).toHaveLength(1);

    expect((await environment.cleanup()).errors).toEqual([]);
    expect(await workspace.networks()).toEqual([]);
  });

  test("is gone when the start that made it fails", async ({ workspace }) => {
    await failureOf(
      workspace.start({ bad: container(images.service, { network: true, command: ["false"], ports: [1] }) }),
    );

    expect(await workspace.left()).toEqual([]);
  });

  test("has no address for a service that is not on it", async ({ workspace }) => {
    const { services } = await workspace.start({
      web: container(images.service, { ports: [8080] }),
      db: postgres(images.postgres),
    });
    const message = (name: string): string =>
      `${name} is on no network that other containers share. Set \`network: true\` in its options, or let a service of ` +
      "the configuration depend on it.";

    expect(() => services.web.networkUrl).toThrow(message("web"));
    expect(() => services.web.networkHost).toThrow(expect.objectContaining({ code: "CLEANROOM_UNSUPPORTED" }) as Error);
    expect(() => services.db.networkUrl).toThrow(message("db"));
  });
});

describe("access to this machine", () => {
  test("leads to a server that listens on all addresses", async ({ workspace }) => {
    const server = createServer((_request, response) => response.end("from the host")).listen(0, "0.0.0.0");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const { services } = await workspace.start({
      web: container(images.service, { ports: [8080], hostAccess: true }),
      stranger: container(images.service, { ports: [8080] }),
      joined: container(images.service, { ports: [8080], hostAccess: true, network: true }),
    });

    expect(await connectFrom(services.web, "host.docker.internal", port)).toBe(200);
    expect(await connectFrom(services.joined, "host.docker.internal", port)).toBe(200);
    expect(await connectFrom(services.stranger, "host.docker.internal", port)).toBe(502);
  });
});

describe("dependencies", () => {
  test("hand their handles to the environment variables", async ({ workspace }) => {
    const cache = redis(images.redis, { password: "p@ss word" });
    const web = container(images.service, {
      dependsOn: { cache },
      env: (needs) => ({ CACHE_URL: needs.cache.networkUrl, ID: needs.cache.id }),
      ports: [8080],
      health: all(
        http({ port: 8080 }),
        any(http({ port: 8080, path: "/missing" }), http({ port: 8080, path: "/ready" })),
      ),
    });
    const { services } = await workspace.start({ web, cache });

    expect(await (await fetch(`${services.web.url}/env/CACHE_URL`)).text()).toBe("redis://:p%40ss%20word@cache:6379/0");
    expect(await (await fetch(`${services.web.url}/env/ID`)).text()).toBe(services.cache.id);
  });

  test("must be among the services", async ({ workspace }) => {
    const cache = redis(images.redis);
    await expect(workspace.start({ web: container(images.service, { dependsOn: { cache } }) })).rejects.toThrow(
      "web is not valid:\n  dependsOn.cache: is not among the environment's services; add the same object to `services`",
    );
  });

  test("that fail fail their dependants with the same error", async ({ workspace }) => {
    const base = container(images.service, { command: ["sh", "-c", "exit 5"], ports: [1] });
    const web = container(images.service, { dependsOn: { base } });

    await expect(workspace.start({ web, base })).rejects.toMatchObject({ details: { container: "base", exitCode: 5 } });
  });
});
