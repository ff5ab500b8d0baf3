import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, vi } from "vitest";
import type { CleanroomError, CleanupError } from "../../src/index.ts";
import { CleanroomEnvironment, container, redis } from "../../src/index.ts";
import * as engine from "../support/engine.ts";
import { EngineProxy } from "../support/engine-proxy.ts";
import { fasterClock } from "../support/faster-clock.ts";
import { failureOf, images, test, Workspace } from "../support/workspace.ts";

const proxy = await EngineProxy.start();
vi.stubEnv("DOCKER_HOST", proxy.endpoint);
afterAll(() => proxy[Symbol.asyncDispose]());
beforeEach(() => {
  proxy.reset();
});

/** A call's limit of a minute is over in two seconds. */
const fastClock = fasterClock(30);

/** The coordinator has a clock of its own unless it is in this process. */
const inProcess = { coordination: "in-process", clock: fastClock } as const;

/** What goes on behind a start, whatever becomes of it. */
const watching = ["GET /events", "GET /_ping"];

/** Every call that a start makes, in order. */
let calls: readonly string[] = [];

beforeAll(async () => {
  await using workspace = await Workspace.create();
  await workspace.start({ warmUp: redis(images.redis) }); // The first connection has calls of its own.
  proxy.reset();
  const { cleanup } = await startOne(workspace);
  calls = [...new Set(proxy.calls.map(({ name }) => name))].filter((name) => !watching.includes(name));
  await cleanup();
});

async function startOne(workspace: Workspace, signal?: AbortSignal): Promise<{ cleanup: () => Promise<unknown> }> {
  const cache = redis(images.redis, {
    network: true,
    files: [{ target: "/etc/note", content: "so that a file is copied" }],
    startTimeoutMs: 300_000,
  });
  const environment = await workspace.start({ cache }, { ...inProcess, ...(signal !== undefined && { signal }) });
  return { cleanup: () => environment.cleanup() };
}

test("a start makes the calls that the tests below let go wrong", () => {
  expect(calls).toEqual([
    "POST /networks/create",
    "POST /containers/create",
    "PUT /containers/ID/archive",
    "POST /containers/ID/start",
    "GET /containers/ID/json",
    "POST /containers/ID/wait",
  ]);
});

const callsThatMatter = [
  "POST /networks/create",
  "POST /containers/create",
  "PUT /containers/ID/archive",
  "POST /containers/ID/start",
  "GET /containers/ID/json",
];

describe("an engine that", () => {
  test.for(callsThatMatter)(
    "never answers %s fails the start in its time, and nothing is left",
    async (name, { workspace }) => {
      proxy.fault = (call) => (call.name === name ? "hang" : undefined);

      const error = (await failureOf(startOne(workspace))) as CleanroomError;

      expect(error.code).toMatch(/^CLEANROOM_(ENGINE_REQUEST|TIMEOUT|HEALTH_TIMEOUT)$/);
      expect(error.message).toContain("within 60000 ms");
      expect(await workspace.left()).toEqual([]);
    },
  );

  test.for(callsThatMatter)(
    "breaks the connection at %s fails the start, and nothing is left",
    async (name, { workspace }) => {
      proxy.fault = (call) => (call.name === name ? "reset" : undefined);

      const error = (await failureOf(startOne(workspace))) as CleanroomError;

      expect(error).toMatchObject({ code: "CLEANROOM_ENGINE_REQUEST", details: { refusal: "unanswered" } });
      expect(error.message).toMatch(/socket hang up|ECONNRESET/);
      expect(await workspace.left()).toEqual([]);
    },
  );

  test.for(callsThatMatter)("refuses %s passes on its words, and nothing is left", async (name, { workspace }) => {
    const fault = { status: 500, message: "the disk is full" };
    proxy.fault = (call) => (call.name === name ? fault : undefined);

    const error = (await failureOf(startOne(workspace))) as CleanroomError;

    expect(error.message).toContain("the disk is full");
    expect(await workspace.left()).toEqual([]);
  });

  test("made the container but could not say so leaves nothing", async ({ workspace }) => {
    // The engine does its work; only the answer is lost.
    const answered = Promise.withResolvers<undefined>();
    proxy.onEnd = ({ name }) => {
      if (name === "POST /containers/create") answered.resolve(undefined);
    };
    proxy.loseAnswerTo = "POST /containers/create";

    const error = (await failureOf(startOne(workspace))) as CleanroomError;
    await answered.promise;

    expect(error.code).toBe("CLEANROOM_ENGINE_REQUEST");
    expect(await workspace.left()).toEqual([]);
  });

  test("does not tell of a container's end does not stop it from being used", async ({ workspace }) => {
    proxy.fault = (call) => (call.name === "POST /containers/ID/wait" ? "hang" : undefined);

    const { cleanup } = await startOne(workspace);

    expect(await workspace.left()).toHaveLength(2);
    await cleanup();
  });
});

describe("a start that hangs in the engine", () => {
  test.for(callsThatMatter.slice(2))(
    "at %s ends when it is aborted, and nothing is left",
    async (name, { workspace }) => {
      const abort = new AbortController();
      proxy.fault = (call) => (call.name === name ? "hang" : undefined);
      proxy.onBegin = (call) => {
        if (call.name === name) abort.abort(new Error("enough"));
      };

      expect(await failureOf(startOne(workspace, abort.signal))).toEqual(new Error("enough"));
      expect(await workspace.left()).toEqual([]);
    },
  );
});

describe("a cleanup during which the engine", () => {
  test("does not stop a container kills and removes it", async ({ workspace }) => {
    const environment = await workspace.start({ web: container(images.service) }, inProcess);
    proxy.fault = ({ name }) => (name.endsWith("/stop") ? { status: 500, message: "cannot stop" } : undefined);

    const report = await environment.cleanup();

    expect(report.containers).toMatchObject([{ name: "web", outcome: "killed" }]);
    expect(await workspace.left()).toEqual([]);
  });

  test("does not answer reports it in its time, and the rest is cleaned up", async ({ workspace }) => {
    const environment = await workspace.start(
      { stuck: container(images.service), fine: container(images.service) },
      inProcess,
    );
    const { id } = environment.services.stuck;
    proxy.fault = ({ url }) => (url.includes(id) || url.includes("cleanroom-stuck") ? "hang" : undefined);

    const report = await environment.cleanup();

    expect(report.containers.map(({ name, outcome }) => [name, outcome])).toEqual([
      ["fine", "stopped"],
      ["stuck", "failed"],
    ]);
    expect(report.errors).toHaveLength(1);
    expect(environment.registry.list()).toEqual([]);
    const error = (await failureOf(environment[Symbol.asyncDispose]())) as CleanupError;
    expect(error.code).toBe("CLEANROOM_CLEANUP");
    expect(error.message).toMatch(
      /The engine did not answer when asked to remove container \w+: no answer within 60000 ms/,
    );
    expect(await workspace.left()).toHaveLength(1);
    await workspace.removeLeft();
  });
});

test("an environment that failed half-way tells the first failure", async ({ workspace }) => {
  proxy.fault = ({ name, url }) =>
    name === "POST /containers/create" && url.includes("cleanroom-bad") ? { status: 500, message: "no" } : undefined;

  const starting = CleanroomEnvironment.start(
    { services: { good: redis(images.redis), bad: container(images.service) } },
    { rootDirectory: workspace.directory },
  );

  await expect(starting).rejects.toMatchObject({ code: "CLEANROOM_CREATION_REFUSED", details: { container: "bad" } });
  expect(await workspace.left()).toEqual([]);
});

/** Gives the name of the next container to a foreign one, just before the engine is asked for it. Says which that is. */
function takeNextName(): { readonly foreign: () => string } {
  let foreign = "";
  const take = async (url: string): Promise<void> => {
    const name = new URL(url, "http://engine").searchParams.get("name") ?? "";
    foreign = await engine.createForeign({ Image: images.service }, name);
    onTestFinished(() => engine.removeContainer(foreign));
  };
  proxy.fault = ({ name, url }) =>
    name === "POST /containers/create" && foreign === "" ? { after: take(url) } : undefined;
  return { foreign: () => foreign };
}

test("a name that somebody else has is told, and what has it stays", async ({ workspace }) => {
  const { foreign } = takeNextName();

  const error = await failureOf(workspace.start({ web: container(images.service) }, inProcess));

  expect(error).toMatchObject({
    code: "CLEANROOM_NAME_CONFLICT",
    details: {
      container: "web",
      image: images.service,
      reason: expect.stringContaining("is already in use") as string,
    },
    cause: { code: "CLEANROOM_ENGINE_REQUEST", details: { statusCode: 409 } },
  });
  expect((error as Error).message).toMatch(/\nAnother container has this name; remove it\.$/);
  expect(await engine.inspect(foreign())).toBeDefined();
  expect(await workspace.left()).toEqual([]);
});

describe("a service that is tried again", () => {
  /** How often the engine was asked for a container and for an image. */
  const asked = (): readonly number[] =>
    ["POST /containers/create", "POST /images/create"].map((name) => proxy.count(name));
  const retry = { attempts: 3, delayMs: 1 };

  test("is asked of the engine once when its image is not there", async ({ workspace }) => {
    const web = container("cleanroom-test/missing:1", { pullPolicy: "never", recovery: { retry } });

    expect(await failureOf(workspace.start({ web }, inProcess))).toMatchObject({ code: "CLEANROOM_IMAGE_NOT_FOUND" });
    expect(asked()).toEqual([1, 0]);
  });

  test("is asked for again when its registry does not answer", async ({ workspace }) => {
    const web = container("localhost:1/missing:1", { recovery: { retry } });

    const error = await failureOf(workspace.start({ web }, inProcess));

    expect(error).toMatchObject({ code: "CLEANROOM_REGISTRY_UNREACHABLE", errors: { length: 3 } });
    expect(asked()).toEqual([3, 3]);
  });

  test("starts once what was in the way is gone", async ({ workspace }) => {
    const { foreign } = takeNextName();
    const web = container(images.service, { ports: [8080], recovery: { retry: { ...retry, delayMs: 3_000 } } });
    const removals: Promise<void>[] = [];
    const listeners = { "recovery:retry": () => void removals.push(engine.removeContainer(foreign())) };

    const { services } = await workspace.start({ web }, { ...inProcess, listeners });

    expect(services.web.state).toBe("running");
    expect(asked()).toEqual([2, 0]);
    expect(removals).toHaveLength(1);
  });
});
