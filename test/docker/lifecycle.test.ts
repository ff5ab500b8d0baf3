import { describe, expect } from "vitest";
import { container, http, redis, StartError } from "../../src/index.ts";
import type { EventMap } from "../../src/index.ts";
import * as engine from "../support/engine.ts";
import { failureOf, images, test } from "../support/workspace.ts";

type StateEvent = EventMap["container:state"];

describe("a container's states", () => {
  test("are six, each once, in order, and the engine agrees at each", async ({ workspace }) => {
    const seen: (readonly [state: string, statusInEngine: string])[] = [];
    const listener = ({ to, id }: StateEvent): void => void seen.push([to, engine.statusNow(id)]);

    // Stops so slowly that the engine can be asked in between, on a busy machine too.
    const app = container(images.service, { ports: [8080], env: { TERM_DELAY_MS: "4000" } });
    const environment = await workspace.start({ app }, { listeners: { "container:state": listener } });
    await environment.cleanup();

    expect(seen).toEqual([
      ["created", "created"],
      ["starting", "created"],
      ["ready", "running"],
      ["running", "running"],
      ["stopping", "running"],
      ["stopped", "absent"],
    ]);
  });

  test("are chained: each event starts where the last one ended", async ({ workspace }) => {
    const events: StateEvent[] = [];
    const environment = await workspace.start(
      { cache: redis(images.redis) },
      { listeners: { "container:state": (event) => void events.push(event) } },
    );
    await environment.cleanup();

    expect(events.map(({ from }) => from)).toEqual([undefined, ...events.slice(0, -1).map(({ to }) => to)]);
    expect(events.map(({ atMs }) => atMs)).toEqual(events.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
    expect(new Set(events.map(({ name, id }) => `${name} ${id}`)).size).toBe(1);
  });

  test("include ready before it is handed out and running afterwards", async ({ workspace }) => {
    const environment = await workspace.start({});
    const states: string[] = [];
    environment.on("container:state", ({ to }) => void states.push(to));
    const stateAtReady = Promise.withResolvers<readonly string[]>();
    environment.on("container:ready", () => {
      stateAtReady.resolve([...states]);
    });

    const handle = await environment.getOrCreateContainer("cache", () => redis(images.redis));

    expect(await stateAtReady.promise).toEqual(["created", "starting", "ready"]);
    expect(handle.state).toBe("running");
    expect(environment.registry.states()).toEqual({ cache: "running" });
  });

  test("never include ready when the probe fails", async ({ workspace }) => {
    const states: string[] = [];
    const starting = workspace.start(
      {
        web: container(images.service, {
          ports: [8080],
          health: http({ port: 8080, path: "/missing" }),
          startTimeoutMs: 1_500,
        }),
      },
      { listeners: { "container:state": ({ to }) => void states.push(to) } },
    );

    await expect(starting).rejects.toThrow("web was not healthy");
    expect(states).toEqual(["created", "starting", "failed"]);
  });
});

describe("a container that exits while it starts", () => {
  const failing = container(images.service, {
    env: { EXIT_AFTER_MS: "100", EXIT_CODE: "3", LISTEN_AFTER_MS: "60000", LOG: "no disk", LOG_ERROR: "giving up" },
    ports: [8080],
  });

  test("fails with its exit code and its last log lines, and is gone", async ({ workspace }) => {
    const events: StateEvent[] = [];
    const environment = await workspace.start({});
    environment.on("container:state", (event) => void events.push(event));

    const error = await failureOf(environment.getOrCreateContainer("web", () => failing));

    expect(error).toBeInstanceOf(StartError);
    const { code, details } = error as StartError;
    expect(code).toBe("CLEANROOM_EXITED_AT_START");
    expect(details).toMatchObject({ container: "web", exitCode: 3 });
    // The engine reads the two streams at the same time, so either line may come first.
    expect(details.logTail.trim().split("\n").toSorted()).toEqual(["giving up", "no disk"]);
    expect(events.at(-1)).toMatchObject({ from: "starting", to: "failed", error, reason: (error as Error).message });
    expect(await workspace.left()).toEqual([]);
    expect(environment.registry.has("web")).toBe(false);
  });

  test("makes way for a new one", async ({ workspace }) => {
    const ids: string[] = [];
    const environment = await workspace.start({});
    environment.on("container:state", ({ to, id }) => {
      if (to === "failed") ids.push(id);
    });
    await failureOf(environment.getOrCreateContainer("web", () => failing));

    const handle = await environment.getOrCreateContainer("web", () => container(images.service, { ports: [8080] }));

    expect(ids).toHaveLength(1);
    expect(ids).not.toContain(handle.id);
    expect((await engine.inspectExisting(handle.id)).State.Running).toBe(true);
  });
});

test("a container that was deleted is stopped, and the next request makes a new one", async ({ workspace }) => {
  const environment = await workspace.start({ web: container(images.service) });
  const before = environment.services.web.id;

  expect(await environment.registry.delete("web")).toBe(true);
  expect(await engine.inspect(before)).toBeUndefined();
  expect(await environment.registry.delete("web")).toBe(false);
  const after = await environment.getOrCreateContainer("web", () => container(images.service));

  expect(after.id).not.toBe(before);
});
