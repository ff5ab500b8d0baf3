import { basename } from "node:path";
import { afterAll, beforeEach, describe, expect, vi } from "vitest";
import type { ServiceDefinition } from "../../src/index.ts";
import { container, postgres, redis } from "../../src/index.ts";
import { EngineProxy } from "../support/engine-proxy.ts";
import { failureOf, images, test, Workspace } from "../support/workspace.ts";

const proxy = await EngineProxy.start();
vi.stubEnv("DOCKER_HOST", proxy.endpoint);
afterAll(() => proxy[Symbol.asyncDispose]());
beforeEach(() => {
  proxy.reset();
});

const CREATE = "POST /containers/create";
const PULL = "POST /images/create";

describe("a service that many ask for", () => {
  test("is described once and started once", async ({ workspace }) => {
    const environment = await workspace.start({});
    const factory = vi.fn(() => postgres(images.postgres));

    const handles = await Promise.all(
      Array.from({ length: 50 }, () => environment.getOrCreateContainer("pg", factory)),
    );

    expect(factory).toHaveBeenCalledTimes(1);
    expect(new Set(handles).size).toBe(1);
    expect((await workspace.containers()).map(({ Id }) => Id)).toEqual([handles[0]?.id]);
  });

  test("is one for two environments of the project that describe it alike", async ({ workspace }) => {
    const [first, second] = await Promise.all([
      workspace.start({ cache: redis(images.redis) }),
      workspace.start({ cache: redis(images.redis) }),
    ]);

    expect((await workspace.containers()).map(({ Id }) => Id)).toEqual([first.services.cache.id]);
    expect(second.services.cache.url).toBe(first.services.cache.url);
    expect((await first.cleanup()).containers).toMatchObject([{ outcome: "still-used" }]);
    await using part = await second.services.cache.isolate();
    expect(part.database).toBeGreaterThan(0);
  });

  test("is one for each of them when it is private, so the counts above mean something", async ({ workspace }) => {
    const [first, second] = await Promise.all([
      workspace.start({ cache: redis(images.redis, { scope: "process" }) }),
      workspace.start({ cache: redis(images.redis, { scope: "process" }) }),
    ]);

    expect(first.services.cache.id).not.toBe(second.services.cache.id);
    expect(await workspace.containers()).toHaveLength(2);
  });

  test("is one for all projects when it is the user's", async ({ workspace }) => {
    await using other = await Workspace.create();
    const name = `cache-${basename(workspace.directory).replaceAll(/[^a-zA-Z0-9]/g, "")}`; // Nobody else's.

    const first = await workspace.start({ [name]: redis(images.redis, { scope: "user" }) });
    const second = await other.start({ [name]: redis(images.redis, { scope: "user" }) });

    expect(second.services[name]?.id).toBe(first.services[name]?.id);
    expect(await other.containers()).toEqual([]);
    await second.cleanup();
    await using part = await first.services[name]!.isolate();
    expect(part.database).toBeGreaterThan(0);
  });

  test("costs the engine nothing once it is there; the first request does", async ({ workspace }) => {
    const environment = await workspace.start({});
    proxy.reset();

    const first = await environment.getOrCreateContainer("cache", () => redis(images.redis));
    const callsOfMiss = proxy.calls.length;
    const factory = vi.fn(() => redis(images.redis));
    const hits = await Promise.all(
      Array.from({ length: 1000 }, () => environment.getOrCreateContainer("cache", factory)),
    );

    expect(callsOfMiss).toBeGreaterThan(2);
    expect(proxy.calls.length).toBe(callsOfMiss);
    expect(factory).not.toHaveBeenCalled();
    expect(hits.every((handle) => handle === first)).toBe(true);
  });

  test("leaves nothing when describing it fails, and the next request describes it again", async ({ workspace }) => {
    const environment = await workspace.start({});
    const failure = new Error("no configuration for it");
    proxy.reset();

    const error = await failureOf(
      environment.getOrCreateContainer("cache", () => {
        throw failure;
      }),
    );

    expect(error).toBe(failure);
    expect(environment.registry.has("cache")).toBe(false);
    expect(proxy.count(CREATE)).toBe(0);
    expect(await workspace.left()).toEqual([]);
    const handle = await environment.getOrCreateContainer("cache", () => Promise.resolve(redis(images.redis)));
    expect(handle.state).toBe("running");
  });
});

describe("an image", () => {
  test("that is there is not pulled", async ({ workspace }) => {
    await workspace.start({ web: container(images.service) });

    expect(proxy.count(CREATE)).toBe(1);
    expect(proxy.count(PULL)).toBe(0);
  });

  test("that is there is asked for all the same when the policy says always", async ({ workspace }) => {
    await failureOf(workspace.start({ web: container(images.service, { pullPolicy: "always" }) }));

    expect(proxy.count(PULL)).toBe(1);
    expect(proxy.count(CREATE)).toBe(0);
  });

  test("that is missing is pulled once for ten that want it", async ({ workspace }) => {
    const allHaveAsked = Promise.withResolvers<undefined>();
    let refusals = 0;
    proxy.onEnd = ({ name }) => {
      if (name === CREATE) refusals += 1;
      if (refusals === 10) allHaveAsked.resolve(undefined);
    };
    // Held back, so that all ten learn that the image is missing while the pull is under way.
    proxy.fault = ({ name }) => (name === PULL ? { after: allHaveAsked.promise } : undefined);
    const environment = await workspace.start({});

    const errors = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        failureOf(environment.getOrCreateContainer(`web${index}`, () => container("localhost:1/missing:1"))),
      ),
    );

    expect(proxy.count(PULL)).toBe(1);
    expect(errors.map((error) => (error as { code?: string }).code)).toEqual(
      Array.from({ length: 10 }, () => "CLEANROOM_REGISTRY_UNREACHABLE"),
    );
  });

  test("that is missing is not pulled when the policy says never", async ({ workspace }) => {
    const starting = workspace.start({ web: container("cleanroom-test/missing:1", { pullPolicy: "never" }) });

    await expect(starting).rejects.toMatchObject({ code: "CLEANROOM_IMAGE_NOT_FOUND" });
    expect(proxy.count(PULL)).toBe(0);
  });
});

test("a caller that leaves does not end the start for the others; the last one to leave does", async ({
  workspace,
}) => {
  const environment = await workspace.start({});
  const stuck: ServiceDefinition<unknown> = container(images.service, {
    ports: [8080],
    env: { LISTEN_AFTER_MS: "600000" },
  });
  const [first, second] = [new AbortController(), new AbortController()];
  const calls = [first, second].map(({ signal }) =>
    failureOf(environment.getOrCreateContainer("web", () => stuck, { signal })),
  );
  await vi.waitUntil(async () => (await workspace.containers()).some(({ State }) => State.Running), {
    timeout: 20_000,
  });

  first.abort(new Error("first left"));
  expect(await calls[0]).toEqual(new Error("first left"));
  expect(await workspace.containers()).toHaveLength(1);

  second.abort(new Error("second left"));
  expect(await calls[1]).toEqual(new Error("second left"));
  expect(await workspace.left()).toEqual([]);
});
