import { connect } from "node:net";
import { describe, expect, vi } from "vitest";
import { attemptProbe } from "../../src/health/attempt-probe.ts";
import type { HealthError, HealthProbe } from "../../src/index.ts";
import {
  all,
  any,
  command,
  container,
  disk,
  file,
  http,
  memory,
  not,
  ProbeError,
  sequence,
  tcp,
} from "../../src/index.ts";
import { systemClock } from "../../src/time/system-clock.ts";
import * as engine from "../support/engine.ts";
import { attempt, openConnectionsTo, test } from "../support/probing.ts";
import { failureOf, images } from "../support/workspace.ts";

describe("probes together", () => {
  const healthy = http({ port: 8080 });
  const unhealthy = http({ port: 8080, path: "/nowhere" });

  test.for([
    [all(healthy, healthy), "healthy"],
    [all(healthy, unhealthy), 'status 404 ("no such route")'],
    [any(unhealthy, healthy), "healthy"],
    [any(unhealthy, command(["false"])), 'status 404 ("no such route"), exit code 1'],
    [all(any(unhealthy, healthy), tcp(8080)), "healthy"],
    [not(unhealthy), "healthy"],
    [not(healthy), "http GET :8080/ is healthy"],
    [sequence(tcp(8080), healthy, command(["true"])), "healthy"],
    [
      sequence(tcp(8080), unhealthy, command(["touch", "/tmp/reached"])),
      'http GET :8080/nowhere: status 404 ("no such route")',
    ],
    [all(tcp(8080), healthy, disk(), memory({ maxUsedRatio: 1 })), "healthy"],
  ] as const)("%j are %s", async ([probe, expected], { workspace, probing }) => {
    const { services } = await workspace.start({ web: container(images.service, { ports: [8080] }) });

    expect(await probing.see(probe, services.web)).toBe(expected);
    expect(await probing.see(not(file("/tmp/reached")), services.web)).toBe("healthy");
  });

  test("do not wait for the slow one when one is enough", async ({ workspace, probing }) => {
    const { services } = await workspace.start({ web: container(images.service, { ports: [8080] }) });
    const slow: HealthProbe = {
      name: "slow",
      check: (_target, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            reject(signal.reason as Error);
          });
        }),
    };

    expect(await probing.see(any(slow, healthy), services.web)).toBe("healthy");
  });
});

test("a probe of one's own decides, and can reach the container", async ({ workspace }) => {
  const seen: string[] = [];
  const probe: HealthProbe = {
    name: "third time lucky",
    check: async (target, signal) => {
      const { stdout } = await target.exec(["hostname"], {}, signal);
      const stat = await target.statFile("/etc/hostname", signal);
      const content = (await target.readFile("/etc/hostname", signal)).toString();
      seen.push(`${stdout.trim()} ${content.trim()} ${stat?.isDirectory}`);
      if (seen.length < 3) throw new Error(`only ${seen.length}`);
    },
  };
  await workspace.start({ web: container(images.service, { hostname: "probed", health: probe }) });

  expect(seen).toEqual(["probed probed false", "probed probed false", "probed probed false"]);
});

test("what a probe of one's own throws is what was last seen", async ({ workspace }) => {
  const probe: HealthProbe = { name: "never", check: () => Promise.reject(new Error("the moon is wrong")) };
  const starting = workspace.start({ web: container(images.service, { health: probe, startTimeoutMs: 1_500 }) });

  const error = (await failureOf(starting)) as HealthError;
  expect(error.details).toMatchObject({ probe: "never", lastResults: ["the moon is wrong"] });
  expect(error.cause).toEqual(new Error("the moon is wrong"));
});

describe("a probe that hangs", () => {
  test("ends at its limit, is tried again, and leaves no socket open", async ({ workspace }) => {
    const ports: number[] = [];
    const spy: HealthProbe = { name: "spy", check: async (target) => void ports.push(target.hostPort(8080)) };
    const starting = workspace.start({
      web: container(images.service, {
        ports: [8080],
        env: { HANG: "1" },
        health: all(spy, http({ port: 8080 })),
        attemptTimeoutMs: 200,
        startTimeoutMs: 3_000,
      }),
    });

    const { details } = (await failureOf(starting)) as HealthError;

    expect(details.lastResults.at(-1)).toBe("no answer within 200 ms");
    expect(details.attempts).toBeGreaterThan(2);
    expect(openConnectionsTo(ports[0]!)).toEqual([]);
  });

  test("would be seen if it left one", async ({ workspace }) => {
    const { services } = await workspace.start({
      web: container(images.service, { ports: [8080], env: { HANG: "1" } }),
    });
    const socket = connect({ host: "127.0.0.1", port: services.web.port() });
    await new Promise((resolve) => socket.once("connect", resolve));

    expect(openConnectionsTo(services.web.port())).toHaveLength(1);
    socket.destroy();
  });

  test.for([
    ["tcp", tcp(8080, { answerIncludes: "x" })],
    ["http", http({ port: 8080 })],
    ["all", all(http({ port: 8080 }), tcp(8080, { answerIncludes: "x" }))],
  ] as const)(
    "on a paused container ends at its limit, and leaves no socket open: %s",
    async ([, probe], { workspace, probing }) => {
      const { services } = await workspace.start({ web: container(images.service, { ports: [8080] }) });
      const target = await probing.targetOf(services.web, "forwarded");
      const options = { timeoutMs: 300, clock: systemClock, signal: new AbortController().signal };
      await engine.interfere(services.web.id, "pause");

      const attempted = attemptProbe(probe, target, options);
      await vi.waitUntil(() => openConnectionsTo(services.web.port()).length > 0, { interval: 1 }); // The control.

      expect(await attempted).toEqual({ error: new ProbeError("no answer within 300 ms") });
      await vi.waitUntil(() => openConnectionsTo(services.web.port()).length === 0);
      await engine.interfere(services.web.id, "unpause");
      expect(await attempt(http({ port: 8080 }), target)).toBe("healthy");
    },
  );
});

describe("a container that ends while it is waited for", () => {
  test("is noticed at once, long before the deadline", async ({ workspace }) => {
    const startedAtMs = performance.now();
    const starting = workspace.start({
      web: container(images.service, {
        ports: [8080],
        env: { LISTEN_AFTER_MS: "600000", EXIT_AFTER_MS: "300", EXIT_CODE: "4" },
        startTimeoutMs: 50_000,
      }),
    });

    await expect(starting).rejects.toMatchObject({ code: "CLEANROOM_EXITED_AT_START", details: { exitCode: 4 } });
    expect(performance.now() - startedAtMs).toBeLessThan(20_000);
  });

  test("even with code 0, and even when somebody else ends it", async ({ workspace }) => {
    const quiet = workspace.start({
      web: container(images.service, { ports: [8080], env: { LISTEN_AFTER_MS: "600000", EXIT_AFTER_MS: "100" } }),
    });
    await expect(quiet).rejects.toMatchObject({ details: { exitCode: 0 } });

    const killed = failureOf(
      workspace.start({ web: container(images.service, { ports: [8080], env: { LISTEN_AFTER_MS: "600000" } }) }),
    );
    const running = async (): Promise<string | undefined> =>
      (await workspace.containers()).find(({ State }) => State.Running)?.Id;
    const id = await vi.waitUntil(running, { timeout: 20_000 });
    await engine.interfere(id, "kill");
    expect(await killed).toMatchObject({ code: "CLEANROOM_EXITED_AT_START", details: { exitCode: 137 } });
  });
});
