import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";
import { PostgreSqlContainer } from "@testcontainers/postgresql";
import { RedisContainer } from "@testcontainers/redis";
import pg from "pg";
import { GenericContainer, PullPolicy, Wait } from "testcontainers";
import { describe, expect, onTestFinished, vi } from "vitest";
import { container, testcontainer } from "../../src/index.ts";
import * as engine from "../support/engine.ts";
import { failureOf, images, test } from "../support/workspace.ts";

const script = fileURLToPath(new URL("../projects/testcontainer/main.ts", import.meta.url));
const REAPER_SWITCH = "TESTCONTAINERS_RYUK_DISABLED";

interface Told {
  readonly id: string;
  readonly url: string;
  readonly created: number;
  readonly exitCode?: number;
  readonly loaded: readonly string[];
}

/** A process that uses the service, once it has it. */
async function startProcess(cwd: string, ...args: readonly string[]): Promise<Told & { readonly child: ChildProcess }> {
  const child = spawn(process.execPath, [script, ...args], { cwd, stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  for await (const line of createInterface({ input: child.stdout })) return { ...(JSON.parse(line) as Told), child };
  throw new Error("The process told nothing.");
}

describe("a module of Testcontainers", () => {
  test("is a service: Postgres, with what its module knows as data", async ({ workspace }) => {
    const { services, cleanup } = await workspace
      .start({
        db: testcontainer(() => new PostgreSqlContainer(images.postgres).withDatabase("shop"), {
          key: "postgres-15",
          connection: (started) => ({ url: started.getConnectionUri(), database: started.getDatabase() }),
        }),
      })
      .then((environment) => ({ services: environment.services, cleanup: () => environment.cleanup() }));

    expect(services.db.data.database).toBe("shop");
    const client = new pg.Client({ connectionString: services.db.data.url });
    await client.connect();
    expect((await client.query("select current_database() as name")).rows).toEqual([{ name: "shop" }]);
    await client.end();
    expect(Number(new URL(services.db.data.url).port)).toBe(services.db.port(5432));
    expect(services.db.image).toBe(images.postgres);
    expect(services.db.state).toBe("running");
    expect((await services.db.exec(["cat", "/etc/hostname"])).exitCode).toBe(0);
    expect(await services.db.logs()).toContain("database system is ready to accept connections");

    const report = await cleanup();
    expect(report.containers.map(({ name, outcome }) => [name, outcome])).toEqual([["db", "stopped"]]);
    expect(await workspace.left()).toEqual([]);
  });

  test("is ours: its labels, its name, its address; there is no reaper, and its switch is as it was", async ({
    workspace,
  }) => {
    vi.stubEnv(REAPER_SWITCH, undefined);
    const startedAtMs = Date.now();
    const { services } = await workspace.start({
      cache: testcontainer(() => new RedisContainer(images.redis), {
        key: "redis-7",
        connection: (started) => ({ url: started.getConnectionUrl() }),
      }),
    });

    const { Config, Name, NetworkSettings, HostConfig } = await engine.inspectExisting(services.cache.id);
    expect(Config.Labels).toMatchObject({
      "dev.cleanroom.project": workspace.directory,
      "dev.cleanroom.service": "cache",
      "dev.cleanroom.key": expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      "org.testcontainers": "true",
    });
    expect(Config.Labels).not.toHaveProperty("org.testcontainers.session-id");
    expect(Name).toMatch(/^\/cleanroom-cache-[0-9a-f]+$/);
    expect(HostConfig.AutoRemove).toBe(false);
    const bindings = Object.values(NetworkSettings.Ports).flatMap((list) => list as { HostIp: string }[]);
    expect(bindings.map(({ HostIp }) => HostIp)).toEqual(["127.0.0.1"]);
    expect(process.env[REAPER_SWITCH]).toBeUndefined();
    expect(await engine.createdSince(startedAtMs, "org.testcontainers.ryuk=true")).toEqual([]);
  });

  test("depends on other services and is depended on, on one network", async ({ workspace }) => {
    const web = container(images.service, { ports: [8080] });
    const proxy = testcontainer(
      ({ web: handle }) =>
        new GenericContainer(images.service).withExposedPorts(8080).withEnvironment({ UPSTREAM: handle.networkUrl }),
      { dependsOn: { web }, key: "proxy", connection: (started) => ({ port: started.getFirstMappedPort() }) },
    );
    const { services } = await workspace.start({ web, proxy });

    expect((await services.proxy.exec(["printenv", "UPSTREAM"])).stdout.trim()).toBe(services.web.networkUrl);
    expect((await services.web.exec(["getent", "hosts", "proxy"])).exitCode).toBe(0);
    expect(services.proxy.data.port).toBe(services.proxy.port());
    expect(services.proxy.networkUrl).toBe("http://proxy:8080");
  });
});

describe("a module that does not start", () => {
  const options = { key: "any", connection: () => null };

  test("because its image is missing leaves nothing", async ({ workspace }) => {
    const missing = testcontainer(
      () => new GenericContainer("cleanroom-test/missing:1").withPullPolicy(PullPolicy.neverPull()),
      options,
    );

    expect(await failureOf(workspace.start({ missing }))).toMatchObject({
      code: "CLEANROOM_CREATION_REFUSED",
      details: { container: "missing", reason: expect.stringContaining("does not exist locally") as string },
    });
    expect(await workspace.left()).toEqual([]);
  });

  test("because its process ends says with what, and what it logged", async ({ workspace }) => {
    const broken = testcontainer(
      () =>
        new GenericContainer(images.service)
          .withEntrypoint(["sh", "-c", "echo bad flag; sleep 0.3; exit 3"])
          .withWaitStrategy(Wait.forLogMessage("ready")),
      options,
    );

    const error = await failureOf(workspace.start({ broken }));

    expect(error).toMatchObject({ code: "CLEANROOM_EXITED_AT_START", details: { exitCode: 3 } });
    expect(String(error)).toContain("bad flag");
    expect(await workspace.left()).toEqual([]);
  });

  test("because its own wait gives up says what that saw, and what it logged", async ({ workspace }) => {
    const silent = testcontainer(
      () =>
        new GenericContainer(images.service)
          .withEntrypoint(["sh", "-c", "echo still warming up; sleep 60"])
          .withWaitStrategy(Wait.forLogMessage("ready"))
          .withStartupTimeout(500),
      options,
    );

    const error = await failureOf(workspace.start({ silent }));

    expect(error).toMatchObject({ code: "CLEANROOM_HEALTH_TIMEOUT" });
    expect(String(error)).toContain("still warming up");
    expect((error as Error).cause).toBeInstanceOf(Error);
    expect(await workspace.left()).toEqual([]);
  });

  test("because nobody wants it any more leaves nothing", async ({ workspace }) => {
    const endless = testcontainer(
      () => new GenericContainer(images.service).withExposedPorts(8080).withEnvironment({ LISTEN_AFTER_MS: "600000" }),
      options,
    );
    const abort = new AbortController();
    const starting = failureOf(workspace.start({ endless }, { signal: abort.signal }));
    await vi.waitUntil(async () => (await workspace.containers()).length > 0, { timeout: 20_000 });

    abort.abort(new Error("enough"));

    expect(await starting).toEqual(new Error("enough"));
    expect(await workspace.left()).toEqual([]);
  });
});

describe("a module in several processes", () => {
  test("runs once; who comes later runs no factory and loads no Testcontainers", async ({ workspace }) => {
    const first = await startProcess(workspace.directory);
    const second = await startProcess(workspace.directory, "--exec");

    expect([first.created, second.created]).toEqual([1, 0]);
    expect([second.id, second.url, second.exitCode]).toEqual([first.id, first.url, 0]);
    expect(first.loaded).toContain("@testcontainers/redis");
    expect(await workspace.containers()).toHaveLength(1);
    const third = await startProcess(workspace.directory);
    expect(third.loaded.filter((name) => name.includes("testcontainers") || name === "dockerode")).toEqual([]);

    for (const { child } of [first, second, third]) {
      const ended = once(child, "exit");
      child.stdin?.end();
      await ended;
    }
    expect(await workspace.left()).toEqual([]);
  });

  test("outlives the process that created it, and is gone soon after the last was killed", async ({ workspace }) => {
    const first = await startProcess(workspace.directory);
    const second = await startProcess(workspace.directory);

    first.child.kill("SIGKILL");
    await once(first.child, "exit");
    expect((await engine.inspectExisting(second.id)).State.Running).toBe(true);

    second.child.kill("SIGKILL");
    await vi.waitUntil(async () => (await workspace.left()).length === 0, { timeout: 10_000, interval: 50 });
  });
});

describe("a module of which every holder has a container", () => {
  const cache = (reset: boolean) =>
    testcontainer(() => new RedisContainer(images.redis), {
      key: "redis-7",
      connection: (started) => ({ url: started.getConnectionUrl() }),
      isolation: reset
        ? {
            reset: async (own) => {
              expect(own.data.url).toContain(String(own.port(6379)));
              await own.exec(["redis-cli", "flushall"]);
            },
          }
        : {},
    });
  const keysIn = async (handle: { readonly exec: (command: readonly string[]) => Promise<{ stdout: string }> }) =>
    (await handle.exec(["redis-cli", "dbsize"])).stdout.trim();

  test("gives the same again when it is reset, with nothing in it", async ({ workspace }) => {
    const { services } = await workspace.start({ cache: cache(true) });

    for (const _turn of [1, 2]) {
      await using own = await services.cache.isolate();
      expect(own.id).toBe(services.cache.id);
      expect(await keysIn(own)).toBe("0");
      await own.exec(["redis-cli", "set", "a", "1"]);
    }
  });

  test("makes another for each otherwise, and removes it after use", async ({ workspace }) => {
    const { services } = await workspace.start({ cache: cache(false) });
    const first = await services.cache.isolate();
    await using second = await services.cache.isolate();

    expect(new Set([services.cache.id, first.id, second.id]).size).toBe(3);
    expect(first.data.url).not.toBe(second.data.url);
    await first[Symbol.asyncDispose]();
    await expect.poll(() => engine.inspect(first.id), { timeout: 10_000 }).toBeUndefined();
  });
});
