import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, onTestFinished, vi } from "vitest";
import { CleanroomEnvironment, container, EngineUnavailableError, isEngineAvailable } from "../../src/index.ts";
import { fasterClock } from "../support/faster-clock.ts";
import { EngineProxy } from "../support/engine-proxy.ts";
import { failureOf, images, test } from "../support/workspace.ts";

// An engine that works stands ready all the time. Nobody asked for it, so it must never hear of anything.
const working = await EngineProxy.start();
afterAll(() => working[Symbol.asyncDispose]());

const definition = { web: container(images.service) };

beforeEach(() => {
  vi.unstubAllEnvs();
});
afterEach(() => {
  expect(working.calls).toEqual([]);
  vi.unstubAllEnvs();
});

async function failure(rootDirectory: string): Promise<EngineUnavailableError> {
  const startedAtMs = performance.now();
  const error = await failureOf(CleanroomEnvironment.start({ services: definition }, { rootDirectory }));
  expect(performance.now() - startedAtMs).toBeLessThan(2_000);
  expect(error).toBeInstanceOf(EngineUnavailableError);
  return error as EngineUnavailableError;
}

const advice =
  "Start Docker, or point DOCKER_HOST at an engine that runs. Cleanroom never falls back to another engine.";

describe("an engine that was asked for and does not answer", () => {
  test("on a TCP port is named", async ({ workspace }) => {
    const port = await closedPort();
    vi.stubEnv("DOCKER_HOST", `tcp://127.0.0.1:${port}`);

    const { message, code } = await failure(workspace.directory);

    expect(code).toBe("CLEANROOM_ENGINE_UNAVAILABLE");
    expect(message).toBe(
      `No container engine answers at tcp://127.0.0.1:${port} (from DOCKER_HOST): connect ECONNREFUSED 127.0.0.1:${port}.\n` +
        advice,
    );
    expect(await workspace.left()).toEqual([]);
    expect(await isEngineAvailable()).toBe(false);
  });

  test("on a socket that is not there is named", async ({ workspace }) => {
    const socket = join(workspace.directory, "nonexistent.sock");
    vi.stubEnv("DOCKER_HOST", `unix://${socket}`);

    const { message } = await failure(workspace.directory);

    expect(message).toBe(
      `No container engine answers at unix://${socket} (from DOCKER_HOST): connect ENOENT ${socket}.\n${advice}`,
    );
    expect(await workspace.left()).toEqual([]);
  });

  test("in a context that does not exist is named", async ({ workspace }) => {
    vi.stubEnv("DOCKER_HOST", "");
    vi.stubEnv("DOCKER_CONFIG", workspace.directory);
    vi.stubEnv("DOCKER_CONTEXT", "staging");

    const { message } = await failure(workspace.directory);

    expect(message).toBe(
      "No container engine answers at context staging (from DOCKER_CONTEXT=staging): " +
        `${workspace.directory} has no such context.\n${advice}`,
    );
  });

  test("in the context in use is named", async ({ workspace }) => {
    const id = "cc6bc4fcec9d27f9fd8d7eaf2ea1c54bba1f0b1b8b1f7d8d1b5e7d1c4a5c0f0d"; // Any: the context is not described.
    await mkdir(join(workspace.directory, "contexts", "meta", id), { recursive: true });
    await workspace.write({ "config.json": '{ "currentContext": "colima" }' });
    vi.stubEnv("DOCKER_HOST", "");
    vi.stubEnv("DOCKER_CONTEXT", "");
    vi.stubEnv("DOCKER_CONFIG", workspace.directory);

    const { message } = await failure(workspace.directory);

    expect(message).toContain("context colima (from the Docker context colima)");
  });

  test("because its connection says nothing is given up", async ({ workspace }) => {
    const sockets = new Set<Socket>();
    const mute = createServer((socket) => void sockets.add(socket)).listen(join(workspace.directory, "mute.sock"));
    onTestFinished(() => {
      mute.close();
      for (const socket of sockets) socket.destroy();
    });
    await once(mute, "listening");
    vi.stubEnv("DOCKER_HOST", `unix://${join(workspace.directory, "mute.sock")}`);

    const error = await failureOf(
      CleanroomEnvironment.start(
        { services: definition },
        { rootDirectory: workspace.directory, clock: fasterClock(10) },
      ),
    );

    expect(error).toBeInstanceOf(EngineUnavailableError);
    expect((error as Error).message).toContain("mute.sock (from DOCKER_HOST): no answer within 10000 ms.");
  });
});

describe("an engine that cannot be spoken to", () => {
  test("because of its kind of address says what to do", async ({ workspace }) => {
    vi.stubEnv("DOCKER_HOST", "ssh://somebody@example.invalid");

    const error = await failureOf(
      CleanroomEnvironment.start({ services: definition }, { rootDirectory: workspace.directory }),
    );

    expect(error).toMatchObject({ code: "CLEANROOM_UNSUPPORTED" });
    expect((error as Error).message).toContain("ssh://somebody@example.invalid");
  });
});

test("whether an engine is there can be asked, for tests that need one", async () => {
  expect(await isEngineAvailable()).toBe(true);
  vi.stubEnv("DOCKER_HOST", "unix:///nonexistent.sock");
  expect(await isEngineAvailable()).toBe(false);
  vi.stubEnv("DOCKER_HOST", "ssh://somebody@example.invalid");
  await expect(isEngineAvailable()).rejects.toMatchObject({ code: "CLEANROOM_UNSUPPORTED" });
});

test("a configuration that is wrong is told ahead of an engine that is absent", async ({ workspace }) => {
  vi.stubEnv("DOCKER_HOST", `tcp://127.0.0.1:${await closedPort()}`);
  const services = { web: "postgres" as unknown as typeof definition.web };

  await expect(CleanroomEnvironment.start({ services }, { rootDirectory: workspace.directory })).rejects.toMatchObject({
    code: "CLEANROOM_CONFIGURATION",
  });
});

/** A port that nobody listens on. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
