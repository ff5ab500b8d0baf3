import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect } from "vitest";
import type { CleanroomEnvironment, EventMap } from "../../src/index.ts";
import { command, container, hasCode, http, redis } from "../../src/index.ts";
import * as engine from "../support/engine.ts";
import { failureOf, images, test } from "../support/workspace.ts";

const quick = { intervalMs: 100, timeoutMs: 200, failureThreshold: 2 };
const web = { ports: [8080], health: http({ port: 8080, path: "/ready" }) };

/** The next event of a kind that is as wanted. */
function next<Name extends keyof EventMap>(
  environment: Pick<CleanroomEnvironment, "on">,
  name: Name,
  isWanted: (event: EventMap[Name]) => boolean = () => true,
): Promise<EventMap[Name]> {
  const { promise, resolve } = Promise.withResolvers<EventMap[Name]>();
  const stop = environment.on(name, (event) => {
    if (!isWanted(event)) return;
    stop();
    resolve(event);
  });
  return promise;
}

async function pidOf(id: string): Promise<number> {
  return (await engine.inspectExisting(id)).State.Pid;
}

describe("a container that is in use", () => {
  test("has failed within two seconds of being killed by somebody else, with its exit code and last log lines", async ({
    workspace,
  }) => {
    const environment = await workspace.start({
      app: container(images.service, { ...web, env: { LOG: "I was here" } }),
    });
    const { app } = environment.services;
    const failed = next(environment, "container:state", ({ to }) => to === "failed");

    const killedAtMs = Date.now();
    await engine.interfere(app.id, "kill");
    const { atMs, error, name, id } = await failed;

    expect(atMs - killedAtMs).toBeLessThan(2_000);
    expect({ name, id }).toEqual({ name: "app", id: app.id });
    expect(hasCode(error, "CLEANROOM_EXITED_WHILE_RUNNING")).toBe(true);
    expect(error).toMatchObject({
      details: { exitCode: 137, logTail: expect.stringContaining("I was here") as string },
    });
    expect((await engine.inspectExisting(app.id)).State.Running).toBe(false);
    expect(app.state).toBe("failed");
    expect(app.error).toBe(error);

    const another = await environment.get("app");
    expect(another.id).not.toBe(app.id);
    expect((await engine.inspectExisting(another.id)).State.Running).toBe(true);
  });

  test("goes on when the kernel kills a child of its for memory, which is told although its flag stays false", async ({
    workspace,
  }) => {
    const environment = await workspace.start({
      app: container(images.service, { ...web, limits: { memoryBytes: 64 * 1024 * 1024 } }),
    });
    const { app } = environment.services;
    const told = next(environment, "container:out-of-memory");

    const { exitCode } = await app.exec(["tail", "/dev/zero"]);

    expect(exitCode).toBe(137);
    expect(await told).toMatchObject({ name: "app", id: app.id });
    const { State } = await engine.inspectExisting(app.id);
    expect({ isRunning: State.Running, flag: State.OOMKilled }).toEqual({ isRunning: true, flag: false });
    expect(app.state).toBe("running");
  });

  test("is paused and resumed by somebody else, and both are told once", async ({ workspace }) => {
    const environment = await workspace.start({ app: container(images.service, web) });
    const { app } = environment.services;
    const seen: string[] = [];
    environment.on("container:paused", ({ name }) => void seen.push(`${name} paused`));
    const resumed = next(environment, "container:resumed");

    await engine.interfere(app.id, "pause");
    await engine.interfere(app.id, "unpause");
    await resumed;

    expect(seen).toEqual(["app paused"]);
  });
});

describe("a container that is watched", () => {
  test("becomes healthy, unhealthy while it hangs, and healthy again", async ({ workspace }) => {
    const environment = await workspace.start({ app: container(images.service, { ...web, supervision: quick }) });
    const { app } = environment.services;
    const becomesHealthy = next(environment, "container:health", ({ to }) => to === "healthy");
    if ((await app.health()).status !== "healthy") await becomesHealthy;
    const pid = await pidOf(app.id);

    const unhealthy = next(environment, "container:health", ({ to }) => to === "unhealthy");
    process.kill(pid, "SIGSTOP");
    expect(await unhealthy).toMatchObject({ name: "app", check: "readiness", from: "healthy" });
    const health = await app.health();
    expect(health.status).toBe("unhealthy");
    expect(health.readiness?.history.some(({ isHealthy }) => isHealthy)).toBe(true);
    expect(health.readiness?.history.at(-1)).toMatchObject({ isHealthy: false, message: "no answer within 200 ms" });
    expect((await engine.inspectExisting(app.id)).State.Running).toBe(true);

    const healthy = next(environment, "container:health", ({ to }) => to === "healthy");
    process.kill(pid, "SIGCONT");
    expect(await healthy).toMatchObject({ from: "unhealthy" });
  });

  test("is handed out to nobody alone while it is not ready, but is again once it is", async ({ workspace }) => {
    const environment = await workspace.start({
      app: container(images.service, {
        ...web,
        supervision: quick,
        isolation: { reset: http({ port: 8080, path: "/" }), resetTimeoutMs: 2_000 },
      }),
    });
    const { app } = environment.services;
    const unhealthy = next(environment, "container:health", ({ to, id }) => to === "unhealthy" && id === app.id);
    await engine.interfere(app.id, "pause");
    await unhealthy;
    const failedResets: string[] = [];
    environment.on("reset:failed", ({ id }) => void failedResets.push(id));

    await using other = await app.isolate();

    expect(other.id).not.toBe(app.id);
    expect((await engine.inspectExisting(app.id)).State.Paused).toBe(true);
    expect(failedResets).toEqual([]); // Nobody even tried it.
    const healthy = next(environment, "container:health", ({ to, id }) => to === "healthy" && id === app.id);
    await engine.interfere(app.id, "unpause");
    await healthy;
    await using same = await app.isolate();
    expect(same.id).toBe(app.id);
  });

  test("is not, without the option: nothing is probed, and its health is unknown", async ({ workspace }) => {
    const environment = await workspace.start({ app: container(images.service, web) });
    const { app } = environment.services;

    expect(await app.health()).toEqual({ status: "unknown" });
  });

  test("is restarted when it is not alive, and every client gets its new port", async ({ workspace }) => {
    const services = {
      app: container(images.service, {
        ...web,
        supervision: { ...quick, liveness: http({ port: 8080, path: "/" }) },
      }),
    };
    const one = await workspace.start(services);
    const two = await workspace.start(services);
    const [mine, theirs] = [one.services.app, two.services.app];
    const { StartedAt } = (await engine.inspectExisting(mine.id)).State;
    const restarted = Promise.all([next(one, "container:restarted"), next(two, "container:restarted")]);

    process.kill(await pidOf(mine.id), "SIGSTOP");
    const [event, same] = await restarted;

    expect(event.reason).toMatch(/^app is not alive: no answer within 200 ms \(restart 1 of 3\)$/);
    expect(same.ports).toEqual(event.ports);
    const { State, NetworkSettings } = await engine.inspectExisting(mine.id);
    expect(State.StartedAt).not.toBe(StartedAt);
    const port = Number(NetworkSettings.Ports["8080/tcp"]?.[0]?.HostPort);
    expect([mine.port(), theirs.port()]).toEqual([port, port]);
    expect((await fetch(`${theirs.url}/ready`)).status).toBe(200);
    expect(theirs.id).toBe(mine.id);
  });

  test("is restarted when it ends by itself, as often as is allowed, and has failed then", async ({ workspace }) => {
    const environment = await workspace.start({
      app: container(images.service, {
        env: { EXIT_AFTER_MS: "700", EXIT_CODE: "3" },
        ...web,
        supervision: { ...quick, restart: { maxRestarts: 2, delayMs: 10 } },
      }),
    });
    const { app } = environment.services;
    const reasons: string[] = [];
    environment.on("container:restarted", ({ reason }) => void reasons.push(reason));

    const { error } = await next(environment, "container:state", ({ to }) => to === "failed");

    expect(reasons).toEqual([
      "app exited with code 3 while it was in use (restart 1 of 2)",
      "app exited with code 3 while it was in use (restart 2 of 2)",
    ]);
    expect(error).toMatchObject({ code: "CLEANROOM_EXITED_WHILE_RUNNING", details: { exitCode: 3 } });
    expect((await engine.inspectExisting(app.id)).State.Running).toBe(false);
  });
});

describe("a restart", () => {
  test("that a test asks for goes through the states, and the engine says that it is the same container", async ({
    workspace,
  }) => {
    const environment = await workspace.start({ cache: redis(images.redis) });
    const { cache } = environment.services;
    const before = await engine.inspectExisting(cache.id);
    const states: string[] = [];
    environment.on("container:state", ({ to }) => void states.push(to));

    await cache.restart();

    expect(states).toEqual(["restarting", "starting", "ready", "running"]);
    const after = await engine.inspectExisting(cache.id);
    expect(after.Id).toBe(before.Id);
    expect(after.State.StartedAt).not.toBe(before.State.StartedAt);
    expect(cache.port()).toBe(Number(after.NetworkSettings.Ports["6379/tcp"]?.[0]?.HostPort));
    const socket = connect({ host: cache.host, port: cache.port() });
    await once(socket, "connect");
    socket.destroy();
    await using database = await cache.isolate();
    expect(database.url).toContain(`:${cache.port()}/`);
  });

  test("by somebody else is noticed, with the new port", async ({ workspace }) => {
    const environment = await workspace.start({ app: container(images.service, web) });
    const { app } = environment.services;
    const restarted = next(environment, "container:restarted");

    await engine.restartContainer(app.id);

    expect(await restarted).toMatchObject({ name: "app", reason: "somebody restarted it" });
    const { NetworkSettings } = await engine.inspectExisting(app.id);
    expect(app.port()).toBe(Number(NetworkSettings.Ports["8080/tcp"]?.[0]?.HostPort));
    expect(app.state).toBe("running");
  });

  test("that does not come up has failed, and says why", async ({ workspace }) => {
    const environment = await workspace.start({
      app: container(images.service, {
        ports: [8080],
        health: command(["sh", "-c", "test ! -e /tmp/spoilt"]),
        startTimeoutMs: 1_500,
      }),
    });
    const { app } = environment.services;
    await app.exec(["touch", "/tmp/spoilt"]);
    const failed = next(environment, "container:state", ({ to }) => to === "failed");

    const failure = await failureOf(app.restart());

    expect(failure).toMatchObject({ code: "CLEANROOM_HEALTH_TIMEOUT", details: { container: "app" } });
    expect(await failed).toMatchObject({ error: { code: "CLEANROOM_HEALTH_TIMEOUT" } });
  });
});
