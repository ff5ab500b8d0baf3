import pg from "pg";
import { afterAll, beforeEach, describe, expect, vi } from "vitest";
import type { HealthProbe } from "../../src/index.ts";
import { container, postgres } from "../../src/index.ts";
import * as engine from "../support/engine.ts";
import type { EngineCall } from "../support/engine-proxy.ts";
import { EngineProxy } from "../support/engine-proxy.ts";
import { failureOf, images, test, Workspace } from "../support/workspace.ts";

const proxy = await EngineProxy.start();
vi.stubEnv("DOCKER_HOST", proxy.endpoint);
afterAll(() => proxy[Symbol.asyncDispose]());
beforeEach(() => {
  proxy.reset();
});

const reason = new Error("changed my mind");

/** Every await of a PostgreSQL start is a step of the engine, of its probe or of its migrations. */
const startsWith = (workspace: Workspace, signal: AbortSignal): Promise<unknown> =>
  workspace.start(
    { db: postgres(images.postgres, { migrations: ["schema.sql"], network: true, password: "known" }) },
    { signal, coordination: "in-process" },
  );

const schema = { "schema.sql": "create table t (); select pg_sleep(0.05)" };

/** The calls of a start that succeeds; the first connection of this process, with calls of its own, is made before. */
const calls = await (async (): Promise<readonly EngineCall[]> => {
  await using workspace = await Workspace.create();
  await workspace.write(schema);
  await workspace.start({}, { coordination: "in-process" });
  proxy.reset();
  await startsWith(workspace, new AbortController().signal);
  return proxy.calls.filter(({ name }) => !["GET /events", "GET /_ping"].includes(name)); // Go on behind the start.
})();

const moments = calls.flatMap(({ name }, index) => [
  { name, index, phase: "begins" as const },
  // It ends with the container, not with the start.
  ...(name.endsWith("/wait") ? [] : [{ name, index, phase: "has ended" as const }]),
]);

describe("a start that is aborted leaves neither container nor network", () => {
  test("and there is something to abort", () => {
    expect(calls.map(({ name }) => name)).toEqual([
      "POST /networks/create",
      "POST /containers/create",
      "PUT /containers/ID/archive",
      "POST /containers/ID/start",
      "GET /containers/ID/json",
      "POST /containers/ID/wait",
    ]);
  });

  test.for(moments)("when call $index, $name, $phase", async ({ name, phase }, { workspace }) => {
    await workspace.write(schema);
    const abort = new AbortController();
    const abortAt = (call: EngineCall): void => {
      if (call.name === name) abort.abort(reason);
    };
    if (phase === "begins") proxy.onBegin = abortAt;
    else proxy.onEnd = abortAt;

    expect(await failureOf(startsWith(workspace, abort.signal))).toBe(reason);
    expect(await workspace.left()).toEqual([]);
  });

  test("before it begins", async ({ workspace }) => {
    expect(
      await failureOf(workspace.start({ web: container(images.service) }, { signal: AbortSignal.abort(reason) })),
    ).toBe(reason);
    expect(proxy.calls).toEqual([]);
  });

  test("while its probe is tried again and again", async ({ workspace }) => {
    const abort = new AbortController();
    let attempts = 0;
    const health: HealthProbe = {
      name: "never",
      check: () => {
        attempts += 1;
        if (attempts === 5) abort.abort(reason);
        return Promise.reject(new Error("not yet"));
      },
    };

    expect(
      await failureOf(workspace.start({ web: container(images.service, { health }) }, { signal: abort.signal })),
    ).toBe(reason);
    expect(attempts).toBe(5);
    expect(await workspace.left()).toEqual([]);
  });

  test("while an attempt of its probe hangs", async ({ workspace }) => {
    const abort = new AbortController();
    const health: HealthProbe = {
      name: "deaf",
      check: () => {
        abort.abort(reason);
        return new Promise(() => {}); // It does not even listen to its own signal.
      },
    };

    expect(
      await failureOf(workspace.start({ web: container(images.service, { health }) }, { signal: abort.signal })),
    ).toBe(reason);
    expect(await workspace.left()).toEqual([]);
  });

  test("while a migration runs", async ({ workspace }) => {
    await workspace.write({ "slow.sql": "select pg_sleep(60)" });
    const abort = new AbortController();
    const db = postgres(images.postgres, { migrations: ["slow.sql"], password: "known" });
    const starting = failureOf(workspace.start({ db }, { signal: abort.signal }));
    await untilSleeping(workspace);
    const abortedAtMs = performance.now();

    abort.abort(reason);

    expect(await starting).toBe(reason);
    expect(performance.now() - abortedAtMs).toBeLessThan(20_000);
    expect(await workspace.left()).toEqual([]);
  });

  test("because the environment is cleaned up meanwhile", async ({ workspace }) => {
    await workspace.write({ "slow.sql": "select pg_sleep(60)" });
    const environment = await workspace.start({});
    const starting = failureOf(
      environment.getOrCreateContainer("db", () =>
        postgres(images.postgres, { migrations: ["slow.sql"], password: "known", network: true }),
      ),
    );
    await untilSleeping(workspace);

    const report = await environment.cleanup();

    expect(await starting).toMatchObject({
      code: "CLEANROOM_LIFECYCLE",
      message: "The environment was cleaned up while this was starting.",
    });
    expect(report).toMatchObject({ containers: [], errors: [] });
    expect(await workspace.left()).toEqual([]);
    await expect(environment.getOrCreateContainer("late", () => container(images.service))).rejects.toThrow(
      "late was asked for after the environment's cleanup.",
    );
  });

  test("and neither does what it waits for", async ({ workspace }) => {
    const base = container(images.service, { ports: [8080], env: { LISTEN_AFTER_MS: "600000" } });
    const web = container(images.service, { dependsOn: { base } });
    const abort = new AbortController();
    const starting = failureOf(workspace.start({ base, web }, { signal: abort.signal }));
    await vi.waitUntil(async () => (await workspace.containers()).some(({ State }) => State.Running), {
      timeout: 20_000,
    });

    abort.abort(reason);

    expect(await starting).toBe(reason);
    expect(await workspace.left()).toEqual([]);
  });
});

/** Resolves once the server of this test runs its endless migration. */
async function untilSleeping(workspace: Workspace): Promise<void> {
  const sleeps = async (): Promise<boolean> => {
    const [found] = await workspace.containers();
    const port = found?.NetworkSettings.Ports["5432/tcp"]?.[0]?.HostPort;
    if (port === undefined) return false;
    const client = new pg.Client({
      host: "127.0.0.1",
      port: Number(port),
      user: "test",
      password: "known",
      database: "test",
    });
    try {
      await client.connect();
      const { rowCount } = await client.query(
        "select 1 from pg_stat_activity where query like '%pg_sleep%' and pid <> pg_backend_pid()",
      );
      return rowCount === 1;
    } catch {
      return false; // Not there yet.
    } finally {
      await client.end();
    }
  };
  await vi.waitUntil(sleeps, { timeout: 30_000, interval: 50 });
}

test("a command that is aborted ends the wait for it, not the container", async ({ workspace }) => {
  const { services } = await workspace.start({ web: container(images.service, { ports: [8080] }) });
  const abort = new AbortController();
  const running = failureOf(services.web.exec(["sleep", "600"], { signal: abort.signal }));
  await vi.waitUntil(async () => (await engine.commandLines(services.web.id)).includes("sleep 600"), {
    timeout: 10_000,
  });

  abort.abort(reason);

  expect(await running).toBe(reason);
  expect(services.web.state).toBe("running");
});
