import { randomUUID } from "node:crypto";
import { chmod, mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, onTestFinished, vi } from "vitest";
import type { CleanupError } from "../../src/index.ts";
import { CleanroomEnvironment, container, LifecycleError, postgres, redis } from "../../src/index.ts";
import * as engine from "../support/engine.ts";
import { EngineProxy } from "../support/engine-proxy.ts";
import { failureOf, images, test, type Workspace } from "../support/workspace.ts";

const proxy = await EngineProxy.start();
vi.stubEnv("DOCKER_HOST", proxy.endpoint);
afterAll(() => proxy[Symbol.asyncDispose]());
beforeEach(() => {
  proxy.reset();
});

/** A directory that a container of any user may write to. */
async function sharedDirectory(workspace: Workspace): Promise<string> {
  const path = join(workspace.directory, "marks");
  await mkdir(path);
  await chmod(path, 0o777);
  return path;
}

describe("a container that is stopped", () => {
  test("is asked to, and given the time it needs", async ({ workspace }) => {
    const marks = await sharedDirectory(workspace);
    const environment = await workspace.start({
      web: container(images.service, {
        mounts: [{ type: "bind", source: "marks", target: "/marks" }],
        env: { ON_TERM_WRITE_FILE: "/marks/stopped", TERM_DELAY_MS: "300" },
      }),
    });

    const report = await environment.cleanup();

    expect(await readFile(join(marks, "stopped"), "utf8")).toBe("stopped\n");
    expect(report.containers).toMatchObject([{ name: "web", outcome: "stopped", exitCode: 0 }]);
  });

  test("is killed when it does not stop in its time", async ({ workspace }) => {
    const marks = await sharedDirectory(workspace);
    const environment = await workspace.start({
      web: container(images.service, {
        mounts: [{ type: "bind", source: "marks", target: "/marks" }],
        env: { ON_TERM_WRITE_FILE: "/marks/stopped", IGNORE_TERM: "1" },
        stopGraceMs: 1_000,
      }),
    });
    const { id } = environment.services.web;

    const report = await environment.cleanup();

    expect(report.containers).toMatchObject([{ name: "web", outcome: "killed", exitCode: 137, signal: "SIGTERM" }]);
    expect(report.containers[0]?.stopMs).toBeGreaterThanOrEqual(950);
    expect(report.errors).toEqual([]);
    await expect(stat(join(marks, "stopped"))).rejects.toThrow("ENOENT");
    const signals = (await engine.eventsOf(id))
      .filter(({ Action }) => Action === "kill")
      .map(({ Actor }) => Actor.Attributes["signal"]);
    expect(signals).toEqual(["15", "9"]);
  });

  test("is killed at once when it gets no time", async ({ workspace }) => {
    const environment = await workspace.start({
      web: container(images.service, { env: { IGNORE_TERM: "1" }, stopGraceMs: 0 }),
    });

    expect((await environment.cleanup()).containers).toMatchObject([{ outcome: "killed" }]);
  });

  test("gets the signal that its image or a customizer names", async ({ workspace }) => {
    const environment = await workspace.start({
      db: postgres(images.postgres),
      web: container(images.service, { customizers: [(spec) => ({ ...spec, stopSignal: "SIGINT" })] }),
    });
    const ids = [environment.services.db.id, environment.services.web.id];
    const report = await environment.cleanup();

    for (const id of ids) {
      const kills = (await engine.eventsOf(id)).filter(({ Action }) => Action === "kill");
      expect(kills.map(({ Actor }) => Actor.Attributes["signal"])).toEqual(["2"]);
    }
    expect(report.containers.map(({ outcome, exitCode, signal }) => [outcome, exitCode, signal])).toEqual([
      ["stopped", 0, "SIGINT"],
      ["stopped", 0, "SIGINT"],
    ]);
  });
});

describe("a cleanup", () => {
  test("stops dependants before what they depend on", async ({ workspace }) => {
    const db = redis(images.redis);
    const api = container(images.service, { dependsOn: { db }, env: { TERM_DELAY_MS: "200" } });
    const web = container(images.service, { dependsOn: { api }, env: { TERM_DELAY_MS: "200" } });
    const environment = await workspace.start({ db, web, api });
    const ids = [environment.services.web.id, environment.services.api.id, environment.services.db.id];

    const report = await environment.cleanup();

    const spans = await Promise.all(ids.map(stopSpan));
    expect(spans[0]!.ended).toBeLessThan(spans[1]!.asked);
    expect(spans[1]!.ended).toBeLessThan(spans[2]!.asked);
    expect(report.containers.map(({ name }) => name)).toEqual(["web", "api", "db"]);
  });

  test("stops independent ones at the same time", async ({ workspace }) => {
    const slow = (): ReturnType<typeof container> => container(images.service, { env: { TERM_DELAY_MS: "500" } });
    const environment = await workspace.start({ one: slow(), other: slow() });
    const ids = [environment.services.one.id, environment.services.other.id];

    await environment.cleanup();

    const [one, other] = await Promise.all(ids.map(stopSpan));
    expect(one!.asked).toBeLessThan(other!.ended);
    expect(other!.asked).toBeLessThan(one!.ended);
  });

  test("removes networks and anonymous volumes, and keeps named ones", async ({ workspace }) => {
    const named = `cleanroom-test-${randomUUID()}`;
    onTestFinished(() => engine.removeVolume(named));
    const environment = await workspace.start({
      cache: redis(images.redis, { network: true }),
      web: container(images.service, { mounts: [{ type: "volume", source: named, target: "/data" }] }),
    });
    const { Mounts } = await engine.inspectExisting(environment.services.cache.id);
    const anonymous = Mounts.map(({ Name }) => Name ?? "");
    expect(anonymous).toHaveLength(1); // The image declares one.
    expect(await engine.hasVolume(anonymous[0]!)).toBe(true);
    const networks = (await workspace.networks()).map(({ Name }) => Name);

    const report = await environment.cleanup();

    expect(await engine.hasVolume(anonymous[0]!)).toBe(false);
    expect(await engine.hasVolume(named)).toBe(true);
    expect(await workspace.left()).toEqual([]);
    const volumes = Object.fromEntries(report.containers.map((stopped) => [stopped.name, stopped.volumes]));
    expect(volumes).toEqual({ cache: anonymous, web: [] });
    expect(networks).toHaveLength(1);
    expect(report.networks).toEqual([
      { name: networks[0], outcome: "removed", durationMs: expect.any(Number) as number },
    ]);
  });

  test("reports a network that cannot be removed, and does the rest", async ({ workspace }) => {
    const environment = await workspace.start({ web: container(images.service, { network: true }) });
    const [network] = await workspace.networks();
    proxy.fault = ({ name }) =>
      name.startsWith("DELETE /networks") ? { status: 500, message: "the bridge is busy" } : undefined;

    const report = await environment.cleanup();

    proxy.reset();
    const failure = { details: { reason: "the bridge is busy", statusCode: 500 } };
    expect(report.networks).toMatchObject([{ name: network?.Name, outcome: "failed", error: failure }]);
    expect(report.errors).toMatchObject([failure]);
    expect(report.containers).toMatchObject([{ name: "web", outcome: "stopped" }]);
    expect(await workspace.left()).toEqual([network?.Name]);
    await workspace.removeLeft();
  });

  test("keeps what is in a named volume for the next container", async ({ workspace }) => {
    const named = `cleanroom-test-${randomUUID()}`;
    onTestFinished(() => engine.removeVolume(named));
    const web = (): ReturnType<typeof container> =>
      container(images.service, { mounts: [{ type: "volume", source: named, target: "/data" }] });
    const environment = await workspace.start({ first: web() });
    await environment.services.first.exec(["touch", "/data/kept"]);
    await environment.registry.delete("first");

    const second = await environment.getOrCreateContainer("second", web);

    expect((await second.exec(["ls", "/data"])).stdout).toBe("kept\n");
  });

  test("tells what became of each container", async ({ workspace }) => {
    const environment = await workspace.start({ cache: redis(images.redis), web: container(images.service) });
    const { cache, web } = environment.services;
    const removed: string[] = [];
    environment.on("container:removed", ({ name, id }) => void removed.push(`${name} ${id}`));
    const beforeMs = Date.now();

    const report = await environment.cleanup();

    const afterMs = Date.now();
    expect(report.errors).toEqual([]);
    expect(report.containers.map(({ name, id }) => `${name} ${id}`).toSorted()).toEqual(
      [`cache ${cache.id}`, `web ${web.id}`].toSorted(),
    );
    expect(removed.toSorted()).toEqual(report.containers.map(({ name, id }) => `${name} ${id}`).toSorted());
    for (const stopped of report.containers) {
      expect(stopped).toMatchObject({ outcome: "stopped", exitCode: 0, signal: "SIGTERM" });
      expect(stopped.stopMs! + stopped.removalMs!).toBeLessThanOrEqual(stopped.durationMs + 2); // Each is rounded.
      expect(stopped.startedAtMs).toBeGreaterThanOrEqual(beforeMs - 5);
      expect(stopped.startedAtMs + stopped.durationMs).toBeLessThanOrEqual(afterMs + 5);
    }
    expect(report.durationMs).toBeGreaterThanOrEqual(
      Math.max(...report.containers.map(({ durationMs }) => durationMs)),
    );
  });

  test("finds a container that somebody else removed, says so, and does the rest", async ({ workspace }) => {
    const base = redis(images.redis);
    const gone = container(images.service, { dependsOn: { base } });
    const environment = await workspace.start({ base, gone, other: container(images.service) });
    const noticed = new Promise<string>((resolve) => environment.on("container:removed", ({ name }) => resolve(name)));
    await engine.removeContainer(environment.services.gone.id);
    expect(await noticed).toBe("gone");

    const report = await environment.cleanup();

    const outcomes = Object.fromEntries(report.containers.map(({ name, outcome }) => [name, outcome]));
    expect(outcomes).toEqual({ base: "stopped", other: "stopped" });
    expect(report.errors).toEqual([]);
    expect(await workspace.left()).toEqual([]);
  });

  test("tells of a container that had ended before", async ({ workspace }) => {
    const environment = await workspace.start({ web: container(images.service, { env: { EXIT_CODE: "0" } }) });
    await engine.interfere(environment.services.web.id, "kill");

    const report = await environment.cleanup();

    const ended = { name: "web", outcome: "already-ended", exitCode: 137 };
    expect(report).toMatchObject({ errors: [], containers: [ended] });
    expect(report.containers[0]).not.toHaveProperty("signal");
  });

  test("ends a paused container, too", async ({ workspace }) => {
    const environment = await workspace.start({ web: container(images.service, { stopGraceMs: 1_000 }) });
    await engine.interfere(environment.services.web.id, "pause");

    const report = await environment.cleanup();

    expect(report.errors).toEqual([]);
    expect(await workspace.left()).toEqual([]);
  });

  test("happens once, however often it is asked for", async ({ workspace }) => {
    const environment = await workspace.start({ cache: redis(images.redis), web: container(images.service) });
    proxy.reset();

    const reports = await Promise.all([environment.cleanup(), environment.cleanup(), environment.cleanup()]);
    await environment[Symbol.asyncDispose]();

    expect(new Set(reports).size).toBe(1);
    expect(proxy.count("POST /containers/ID/stop")).toBe(2);
    expect(proxy.count("DELETE /containers/ID")).toBe(2);
  });

  test("of all who share a container stops it once, whoever is last", async ({ workspace }) => {
    const web = (): ReturnType<typeof container> =>
      container(images.service, { ports: [8080], env: { TERM_DELAY_MS: "200" } });
    const environments = await Promise.all([0, 1, 2].map(() => workspace.start({ web: web() })));
    const [id, ...others] = new Set(environments.map(({ services }) => services.web.id));
    expect(others).toEqual([]);

    const reports = await Promise.all(environments.map((environment) => environment.cleanup()));

    const events = (await engine.eventsOf(id!)).map(({ Action }) => Action);
    expect(events.filter((action) => action === "kill" || action === "destroy")).toEqual(["kill", "destroy"]);
    const outcomes = reports.flatMap(({ containers }) => containers.map(({ outcome }) => outcome));
    expect(outcomes.toSorted()).toEqual(["still-used", "still-used", "stopped"]);
  });

  test("goes on when a listener fails, which is a warning", async ({ workspace }) => {
    const warnings = vi.spyOn(process, "emitWarning").mockReturnValue();
    const environment = await workspace.start({ web: container(images.service) });
    environment.on("container:removed", () => {
      throw new Error("listener");
    });

    expect((await environment.cleanup()).errors).toEqual([]);
    expect(warnings.mock.calls).toEqual([["A listener of container:removed failed: listener", "CleanroomWarning"]]);
  });

  test("reports what failed, and the rest is cleaned up all the same", async ({ workspace }) => {
    const environment = await workspace.start({
      stuck: container(images.service, { network: true }),
      fine: container(images.service),
    });
    const { id } = environment.services.stuck;
    const fault = { status: 500, message: "the device is busy" };
    proxy.fault = ({ name, url }) =>
      name === "DELETE /containers/ID" && (url.includes(id) || url.includes("stuck")) ? fault : undefined;

    const report = await environment.cleanup();
    const error = (await failureOf(environment[Symbol.asyncDispose]())) as CleanupError;

    expect(report.containers.map(({ name, outcome }) => [name, outcome])).toContainEqual(["stuck", "failed"]);
    expect(report.containers.map(({ name, outcome }) => [name, outcome])).toContainEqual(["fine", "stopped"]);
    expect(error.message).toContain("the device is busy");
    expect(report.errors).toHaveLength(1);
    expect(error.errors).toMatchObject([{ details: { reason: "the device is busy", statusCode: 500 } }]);
    expect((await workspace.containers()).map(({ Id }) => Id)).toEqual([id]);
    await workspace.removeLeft();
  });
});

/** When the engine was asked to stop a container, and when its process had ended. */
async function stopSpan(id: string): Promise<{ asked: number; ended: number }> {
  const events = await engine.eventsOf(id);
  const at = (action: string): number => events.find(({ Action }) => Action === action)?.timeNano ?? Number.NaN;
  return { asked: at("kill"), ended: at("die") };
}

describe("an environment", () => {
  test("is cleaned up at the end of its block, also when that throws", async ({ workspace }) => {
    const failure = new Error("the test failed");
    const block = async (): Promise<void> => {
      await using environment = await CleanroomEnvironment.start(
        { services: { web: container(images.service) } },
        { rootDirectory: workspace.directory },
      );
      expect(environment.services.web.state).toBe("running");
      throw failure;
    };

    expect(await failureOf(block())).toBe(failure);
    expect(await workspace.left()).toEqual([]);
  });

  test("hands out nothing after its cleanup", async ({ workspace }) => {
    const environment = await workspace.start({ web: container(images.service) });
    await environment.cleanup();

    const error = await failureOf(environment.getOrCreateContainer("web", () => container(images.service)));

    expect(error).toBeInstanceOf(LifecycleError);
    expect((error as Error).message).toBe("web was asked for after the environment's cleanup.");
    expect(environment.registry.list()).toEqual([]);
    expect(await workspace.left()).toEqual([]);
  });

  test("touches nothing that is not its own", async ({ workspace }) => {
    const foreign = await engine.runForeign({
      Image: images.service,
      Labels: { "dev.cleanroom.session": "somebody-else" },
    });
    onTestFinished(() => engine.removeContainer(foreign.Id));
    const environment = await workspace.start({ web: container(images.service, { network: true }) });

    await environment.cleanup();

    expect((await engine.inspectExisting(foreign.Id)).State.Running).toBe(true);
  });
});
