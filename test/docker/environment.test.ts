import { Redis } from "ioredis";
import pg from "pg";
import { describe, expect } from "vitest";
import type { EventMap, HealthProbe } from "../../src/index.ts";
import { CleanroomEnvironment, container, defineConfig, http, postgres, redis } from "../../src/index.ts";
import * as engine from "../support/engine.ts";
import type { Workspace } from "../support/workspace.ts";
import { failureOf, images, test } from "../support/workspace.ts";

describe("the registry", () => {
  test("lists what the engine has, at all times", async ({ workspace }) => {
    const environment = await workspace.start({});
    expect(await compare(environment, workspace)).toEqual([[], []]);

    const web = await environment.getOrCreateContainer("web", () => container(images.service));
    const cache = await environment.getOrCreateContainer("cache", () => redis(images.redis));
    expect(await compare(environment, workspace)).toEqual([
      [web.id, cache.id].toSorted(),
      [web.id, cache.id].toSorted(),
    ]);

    await failureOf(
      environment.getOrCreateContainer("bad", () => container(images.service, { command: ["false"], ports: [1] })),
    );
    await environment.registry.delete("web");
    expect(await compare(environment, workspace)).toEqual([[cache.id], [cache.id]]);
    expect(environment.registry.get("web")).toBeUndefined();

    await environment.cleanup();
    expect(await compare(environment, workspace)).toEqual([[], []]);
  });

  test("holds one container for each session label", async ({ workspace }) => {
    const [one, other] = await Promise.all([
      workspace.start({ web: container(images.service) }),
      workspace.start({ web: container(images.service) }),
    ]);

    const sessions = await Promise.all(
      [one, other].map(async ({ services }) => {
        const { Config } = await engine.inspectExisting(services.web.id);
        const session = Config.Labels["dev.cleanroom.session"] ?? "";
        return (await engine.containersLabelled(`dev.cleanroom.session=${session}`)).map(({ Id }) => Id);
      }),
    );
    expect(sessions).toEqual([[one.services.web.id], [other.services.web.id]]);
  });
});

async function compare(environment: CleanroomEnvironment, workspace: Workspace): Promise<readonly string[][]> {
  const inRegistry = environment.registry.list().map(({ id }) => id);
  const inEngine = (await workspace.containers()).map(({ Id }) => Id);
  return [inRegistry.toSorted(), inEngine.toSorted()];
}

describe("a handle", () => {
  test("of PostgreSQL reaches the server of its image", async ({ workspace }) => {
    const { services } = await workspace.start({ db: postgres(images.postgres) });
    const client = new pg.Client({ connectionString: services.db.connectionString });
    await client.connect();

    const { rows } = await client.query<{ one: number; version: string }>(
      "select 1 as one, current_setting('server_version') as version",
    );
    await client.end();

    const [, tag = ""] = images.postgres.split(":");
    expect(rows).toEqual([{ one: 1, version: expect.stringMatching(new RegExp(`^${tag}\\.`)) as string }]);
    expect(services.db.id).toMatch(/^[0-9a-f]{64}$/);
  });

  test("of Redis reaches a server that turns strangers away", async ({ workspace }) => {
    const { services } = await workspace.start({ cache: redis(images.redis) });
    const { host, password } = services.cache;
    const port = services.cache.port();
    const client = new Redis(services.cache.url);
    const stranger = new Redis({ host, port, lazyConnect: true });
    stranger.on("error", () => undefined);

    expect(password).not.toBe("");
    expect(await client.set("key", "value")).toBe("OK");
    expect(await client.get("key")).toBe("value");
    await expect(stranger.call("PING")).rejects.toThrow("NOAUTH");

    client.disconnect();
    stranger.disconnect();
  });

  test("of Redis reaches a server that answers anybody when it has no password", async ({ workspace }) => {
    const { services } = await workspace.start({ cache: redis(images.redis, { password: false }) });
    const stranger = new Redis({ host: services.cache.host, port: services.cache.port() });

    expect(await stranger.ping()).toBe("PONG");
    expect(services.cache.url).toBe(`redis://127.0.0.1:${services.cache.port()}/0`);
    stranger.disconnect();
  });

  test("of any image reaches its port and tells its command's exit code and streams apart", async ({ workspace }) => {
    const { services } = await workspace.start({ web: container(images.service, { ports: [8080] }) });

    const response = await fetch(services.web.url);
    const script = "echo out; echo err >&2; echo $GREETING $(pwd) $(id -u); exit 7";
    const result = await services.web.exec(["sh", "-c", script], {
      env: { GREETING: "hello" },
      workingDirectory: "/tmp",
      user: "nobody",
    });

    expect(await response.text()).toBe("hello");
    expect(result).toEqual({ exitCode: 7, stdout: "out\nhello /tmp 65534\n", stderr: "err\n" });
    await expect(services.web.exec(["printf", "%s", "$HOME; id"])).resolves.toEqual({
      exitCode: 0,
      stdout: "$HOME; id",
      stderr: "",
    });
  });

  test("gives the last log lines", async ({ workspace }) => {
    const { services } = await workspace.start({ web: container(images.service, { env: { LOG: "one\ntwo\nthree" } }) });

    expect(await services.web.logs({ tailLines: 2 })).toBe("two\nthree\n");
    expect(await services.web.logs()).toBe("one\ntwo\nthree\n");
  });

  test("tells which ports there are when one is not published", async ({ workspace }) => {
    const { services } = await workspace.start({ web: container(images.service, { ports: [8080] }) });

    expect(() => services.web.port(81)).toThrow(
      "web is not valid:\n  ports: port 81/tcp is not published (published: 8080/tcp); add it to `ports`",
    );
  });
});

describe("the timings of a start", () => {
  test("add up, lie within the time it took, and show where it went", async ({ workspace }) => {
    const events: EventMap["container:ready"][] = [];
    const beforeMs = performance.now();
    const environment = await workspace.start(
      {
        web: container(images.service, {
          ports: [8080],
          env: { READY_AFTER_MS: "400" },
          health: http({ port: 8080, path: "/ready" }),
        }),
      },
      { listeners: { "container:ready": (event) => void events.push(event) } },
    );
    const tookMs = performance.now() - beforeMs;

    const { pullMs, createMs, startMs, waitMs, prepareMs, totalMs } = events[0]!.timings;
    expect(events).toHaveLength(1);
    expect(events[0]?.id).toBe(environment.services.web.id);
    expect(totalMs).toBeCloseTo(pullMs + createMs + startMs + waitMs + prepareMs, 3);
    expect(totalMs).toBeLessThanOrEqual(tookMs);
    expect(pullMs).toBe(0);
    expect(Math.min(createMs, startMs)).toBeGreaterThan(0);
    // The process counts from its own start, a little before the engine reports it.
    expect(startMs + waitMs).toBeGreaterThan(390);
  });

  test("have the migrations in their own step", async ({ workspace }) => {
    await workspace.write({ "sql/slow.sql": "select pg_sleep(0.3)" });
    const timings: EventMap["container:ready"]["timings"][] = [];
    await workspace.start(
      { db: postgres(images.postgres, { migrations: ["sql/slow.sql"] }) },
      { listeners: { "container:ready": (event) => void timings.push(event.timings) } },
    );

    expect(timings[0]?.prepareMs).toBeGreaterThan(295);
  });
});

test("a service is ready soon after it can be used", async ({ workspace }) => {
  const firstAnswer = Promise.withResolvers<number>();
  let isPolling = false;
  const probe: HealthProbe = {
    name: "ready, with somebody else watching as well",
    check: async ({ hostPort }, signal) => {
      const url = `http://127.0.0.1:${hostPort(8080)}/ready`;
      if (!isPolling) firstAnswer.resolve(pollUntilReady(url));
      isPolling = true;
      const { status } = await fetch(url, { signal });
      if (status !== 200) throw new Error(`status ${status}`);
    },
  };
  await workspace.start({
    web: container(images.service, { ports: [8080], env: { READY_AFTER_MS: "1000" }, health: probe }),
  });
  const readyAtMs = performance.now();

  // A pause between attempts is 5 ms by then; the rest is room for a busy machine.
  expect(readyAtMs - (await firstAnswer.promise)).toBeLessThan(500);
});

async function pollUntilReady(url: string): Promise<number> {
  const isReady = (): Promise<boolean> =>
    fetch(url).then(
      ({ status }) => status === 200,
      () => false, // Docker's proxy resets connections until somebody listens inside.
    );
  while (!(await isReady()));
  return performance.now();
}

describe("services of a configuration", () => {
  test("that are independent start at the same time", async ({ workspace }) => {
    await workspace.start({ one: redis(images.redis), other: redis(images.redis) });

    const [first, second] = (await workspace.containers()).map(spanOfStart);
    expect(first!.from).toBeLessThan(second!.to);
    expect(second!.from).toBeLessThan(first!.to);
  });

  test("start once what they depend on is healthy", async ({ workspace }) => {
    const base = container(images.service, {
      ports: [8080],
      env: { READY_AFTER_MS: "700" },
      health: http({ port: 8080, path: "/ready" }),
    });
    const dependant = container(images.service, { dependsOn: { base } });
    const { services } = await workspace.start({ dependant, base });

    const { from: dependantFrom } = spanOfStart(await engine.inspectExisting(services.dependant.id));
    const { to: baseTo } = spanOfStart(await engine.inspectExisting(services.base.id));
    expect(dependantFrom).toBeGreaterThan(baseTo + 650);
  });

  test("do not wait for what they do not depend on", async ({ workspace }) => {
    const slow = container(images.service, {
      ports: [8080],
      env: { READY_AFTER_MS: "700" },
      health: http({ port: 8080, path: "/ready" }),
    });
    const { services } = await workspace.start({ other: container(images.service), slow });

    const { from: otherFrom } = spanOfStart(await engine.inspectExisting(services.other.id));
    const { to: slowTo } = spanOfStart(await engine.inspectExisting(services.slow.id));
    expect(otherFrom).toBeLessThan(slowTo + 650);
  });

  test("all end when one of them fails", async ({ workspace }) => {
    const starting = workspace.start({
      good: redis(images.redis),
      bad: container(images.service, { command: ["sh", "-c", "sleep 0.3; exit 9"], ports: [1] }),
    });

    await expect(starting).rejects.toMatchObject({ code: "CLEANROOM_EXITED_AT_START", details: { exitCode: 9 } });
    expect(await workspace.left()).toEqual([]);
  });

  test("come from the project's file when none are given", async ({ workspace }) => {
    await workspace.write({
      "cleanroom.config.mjs": `export default { services: { web: { kind: "container" } } };`,
      "below/readme.txt": "",
    });
    const starting = CleanroomEnvironment.start(undefined, { rootDirectory: `${workspace.directory}/below` });

    // What the file says was read and checked: it does not describe a service.
    await expect(starting).rejects.toThrow(
      `${workspace.directory}/cleanroom.config.mjs is not valid:\n  services.web: must be a service: postgres(), redis() or container()`,
    );
  });
});

function spanOfStart({ Created, State }: { Created: string; State: { StartedAt: string } }): {
  from: number;
  to: number;
} {
  return { from: Date.parse(Created), to: Date.parse(State.StartedAt) };
}

describe("customizers", () => {
  test("of the environment come before the service's, each in its order", async ({ workspace }) => {
    const append =
      (text: string) =>
      <Spec extends { readonly env: Readonly<Record<string, string>> }>(spec: Spec): Spec => ({
        ...spec,
        env: { ...spec.env, ORDER: `${spec.env["ORDER"] ?? ""}${text}` },
      });
    const web = container(images.service, { env: { ORDER: "0" }, customizers: [append("3"), append("4")] });

    const { services } = await workspace.start({ web }, { customizers: [append("1"), append("2")] });

    expect((await services.web.exec(["printenv", "ORDER"])).stdout).toBe("01234\n");
  });

  test("cannot edit the description they were given", async ({ workspace }) => {
    const config = defineConfig({
      services: {
        web: container(images.service, {
          customizers: [
            (spec) => {
              (spec.env as Record<string, string>)["SNEAKY"] = "1";
              return spec;
            },
          ],
        }),
      },
    });

    await expect(workspace.start(config.services)).rejects.toThrow(TypeError);
    expect(await workspace.left()).toEqual([]);
  });
});

test("an image can stand in for another", async ({ workspace }) => {
  const { services } = await workspace.start(
    { web: container("example.invalid/service:9") },
    { imageSubstitutions: { "example.invalid/*": images.service } },
  );

  expect(services.web.image).toBe(images.service);
  expect((await engine.inspectExisting(services.web.id)).Config.Image).toBe(images.service);
});
