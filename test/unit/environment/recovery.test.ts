import { describe, expect, test } from "vitest";
import type { ContainerOptions, EventMap, GenericContainer, ServiceDefinition } from "../../../src/index.ts";
import { attachService, CleanroomEnvironment, container, postgres, redis } from "../../../src/index.ts";
import type { FakeContainer } from "../../../src/testing/index.ts";
import { FakeBackend } from "../../../src/testing/index.ts";
import { service, servicesOf, startOn } from "../support/environments.ts";
import { outcomeOf } from "../support/outcome.ts";
import { freePort, httpServer } from "../support/servers.ts";
import { gate } from "../support/environments.ts";

const quick = { delayMs: 0 };

/** An engine on which the process of `app:1` exits so many times before it stays. */
function engineWhere(exits: number): FakeBackend {
  let starts = 0;
  const onStart = (container: FakeContainer): void => {
    starts += 1;
    if (starts <= exits) container.exit(starts);
  };
  return new FakeBackend({ images: { "app:1": { onStart }, "app:2": {} } });
}

/** What is told of a start, in order. */
function recorder(): { listeners: object; events: unknown[] } {
  const events: unknown[] = [];
  const note = (name: string, event: object): void => void events.push({ event: name, ...event });
  return {
    events,
    listeners: {
      "recovery:retry": (event: EventMap["recovery:retry"]) => {
        note("retry", event);
      },
      "recovery:fallback": (event: EventMap["recovery:fallback"]) => {
        note("fallback", event);
      },
      "container:ready": ({ attempts }: EventMap["container:ready"]) => {
        note("ready", { attempts });
      },
    },
  };
}

/** A service of `app:1`, or what takes its place. */
function withFallback(
  fallback: NonNullable<ContainerOptions["recovery"]>["fallback"],
  options: ContainerOptions = {},
): ServiceDefinition<GenericContainer> {
  return service({ ...options, ports: [80], recovery: { ...options.recovery, ...(fallback && { fallback }) } });
}

describe("a start that fails", () => {
  test("is tried again under the same name, when what failed is gone", async () => {
    const backend = engineWhere(2);
    const { listeners, events } = recorder();

    await using environment = await startOn(backend, { web: service({ recovery: { retry: quick } }) }, { listeners });

    const made = backend.calls.filter(({ method }) => method === "create" || method === "remove");
    expect(made.map(({ method }) => method)).toEqual(["create", "remove", "create", "remove", "create"]);
    const created = backend.calls.filter(({ method }) => method === "create");
    expect(new Set(created.map(({ subject }) => subject)).size).toBe(1);
    expect(environment.services.web.isFallback).toBe(false);
    expect(events).toMatchObject([
      { event: "retry", name: "web", attempt: 1, attempts: 3, delayMs: 0, error: { details: { exitCode: 1 } } },
      { event: "retry", name: "web", attempt: 2, attempts: 3, delayMs: 0, error: { details: { exitCode: 2 } } },
      { event: "ready", attempts: 3 },
    ]);
  });

  test("is tried once where nothing else is said", async () => {
    const backend = engineWhere(1);

    const error = await outcomeOf(startOn(backend, { web: service() }));

    expect(error).toMatchObject({ code: "CLEANROOM_EXITED_AT_START" });
    expect(servicesOf(backend, "create")).toEqual(["web"]);
  });

  test("is tried by one environment, and the others wait for what becomes of it", async () => {
    const backend = engineWhere(9);
    const web = service({ recovery: { retry: quick } });

    const starts = [startOn(backend, { web }), startOn(backend, { web: service({ recovery: { retry: quick } }) })];
    const errors = await Promise.all(starts.map(outcomeOf));

    expect(servicesOf(backend, "create")).toEqual(["web", "web", "web"]);
    expect(errors.map((error) => (error as Error).message)).toEqual(
      Array.from({ length: 2 }, () => expect.stringContaining("This was attempt 3 of 3.") as unknown),
    );
    expect(backend.containers).toEqual([]);
  });

  test("is not tried again once nobody waits", async () => {
    const backend = engineWhere(9);
    const abort = new AbortController();
    const listeners = {
      "recovery:retry": () => {
        abort.abort("enough");
      },
    };
    const web = service({ recovery: { retry: { delayMs: 60_000 } } });

    const error = await outcomeOf(startOn(backend, { web }, { listeners, signal: abort.signal }));

    expect(error).toBe("enough");
    expect(servicesOf(backend, "create")).toEqual(["web"]);
    expect(backend.containers).toEqual([]);
  });

  test("has the time that a start may take, each time anew", async () => {
    const backend = new FakeBackend();
    const slow = gate();
    const web = service({ health: slow, startTimeoutMs: 30, recovery: { retry: { ...quick, attempts: 2 } } });

    const error = await outcomeOf(startOn(backend, { web }));

    expect(servicesOf(backend, "create")).toEqual(["web", "web"]);
    expect(error).toMatchObject({
      code: "CLEANROOM_HEALTH_TIMEOUT",
      errors: [{ code: "CLEANROOM_HEALTH_TIMEOUT" }, { code: "CLEANROOM_HEALTH_TIMEOUT" }],
    });
  });
});

describe("a fallback", () => {
  test("with another image takes the place of what could not be created, and is shared", async () => {
    const backend = engineWhere(9);
    const { listeners, events } = recorder();
    const web = withFallback(service({ ports: [80] }, "app:2"));

    await using first = await startOn(backend, { web }, { listeners });
    await using second = await startOn(backend, { web: withFallback(service({ ports: [80] }, "app:2")) });

    expect(first.services.web).toMatchObject({ name: "web", image: "app:2", isFallback: true });
    expect(second.services.web).toMatchObject({ id: first.services.web.id, isFallback: true });
    expect(backend.containers).toMatchObject([{ spec: { image: "app:2" } }]);
    expect(events).toMatchObject([
      { event: "ready", attempts: 1 },
      { event: "fallback", name: "web", to: "app:2", error: { code: "CLEANROOM_EXITED_AT_START" } },
    ]);
  });

  test("is not used when another attempt succeeds", async () => {
    const backend = engineWhere(1);
    const web = withFallback(service({ ports: [80] }, "app:2"), { recovery: { retry: quick } });

    await using environment = await startOn(backend, { web });

    expect(environment.services.web).toMatchObject({ image: "app:1", isFallback: false });
  });

  test("that is a URL is used as a service that exists already", async () => {
    await using server = await httpServer((_, response) => void response.end("here"));
    const backend = engineWhere(9);
    const { listeners, events } = recorder();
    const url = `http://127.0.0.1:${server.port}/`;

    await using environment = await startOn(backend, { web: withFallback(url) }, { listeners });

    expect(environment.services.web).toMatchObject({ url, id: "", isFallback: true });
    expect(backend.containers).toEqual([]);
    expect(events).toMatchObject([{ event: "fallback", name: "web", to: url }]);
  });

  test("can be chosen by what went wrong", async () => {
    const backend = engineWhere(9);
    const seen: unknown[] = [];
    const web = withFallback((error) => {
      seen.push(error);
      return Promise.resolve(service({ ports: [80] }, "app:2"));
    });

    await using environment = await startOn(backend, { web });

    expect(environment.services.web).toMatchObject({ image: "app:2", isFallback: true });
    expect(seen).toMatchObject([{ code: "CLEANROOM_EXITED_AT_START", details: { exitCode: 1 } }]);
  });

  test("that fails as well leaves an error that tells both", async () => {
    const backend = new FakeBackend({ images: { "app:1": { onStart: (one) => one.exit(1) } } });
    const port = await freePort();

    const other = await outcomeOf(startOn(backend, { web: withFallback(service({ ports: [80] }, "app:3")) }));
    const url = withFallback(`http://127.0.0.1:${port}`, { startTimeoutMs: 30, health: { name: "no", check: no } });
    const existing = await outcomeOf(startOn(backend, { web: url }));

    expect(other).toMatchObject({
      code: "CLEANROOM_EXITED_AT_START",
      errors: [{ code: "CLEANROOM_EXITED_AT_START" }, { code: "CLEANROOM_IMAGE_NOT_FOUND" }],
    });
    expect((other as Error).message).toMatch(
      /^web \(app:1\) exited with code 1 .*\nIt logged nothing\.\nIts fallback failed as well: web could not be created from app:3/,
    );
    expect(existing).toMatchObject({ errors: [{}, { code: "CLEANROOM_HEALTH_TIMEOUT" }] });
    expect(backend.containers).toEqual([]);
  });

  test("covers up no mistake", async () => {
    const backend = new FakeBackend();
    const mistake = new Error("of the customizer");
    const customizers = [
      (): never => {
        throw mistake;
      },
    ];

    const error = await outcomeOf(startOn(backend, { web: withFallback("http://127.0.0.1:1", { customizers }) }));

    expect(error).toBe(mistake);
  });

  test("is reached by those that depend on the service", async () => {
    const backend = engineWhere(9);
    const web = withFallback(service({ ports: [80] }, "app:2"));
    const client = container("app:2", {
      ...{ health: false, dependsOn: { web } },
      env: ({ web: handle }) => ({ WEB: handle.networkUrl }),
    });

    await using environment = await startOn(backend, { web, client });

    expect(environment.services.web.networkUrl).toBe("http://web:80");
    expect(backend.containers.map(({ spec }) => spec.networkAliases)).toEqual([["web"], ["client"]]);
  });

  test("ends with its deletion, after which the service itself is tried again", async () => {
    const backend = engineWhere(1);
    const web = withFallback(service({ ports: [80] }, "app:2"));
    await using environment = await startOn(backend, { web });
    expect(environment.services.web.isFallback).toBe(true);

    await environment.registry.delete("web");

    expect(await environment.get("web")).toMatchObject({ image: "app:1", isFallback: false });
    expect(backend.containers).toMatchObject([{ spec: { image: "app:1" } }]);
  });

  test("is known as such in other processes", async () => {
    const backend = engineWhere(9);
    const web = withFallback(service({ ports: [80] }, "app:2"));
    await using environment = await startOn(backend, { web });
    const connection: unknown = JSON.parse(JSON.stringify(environment.connections["web"]));

    await using attached = await attachService(web, connection as never);

    expect(attached.handle.isFallback).toBe(true);
  });
});

async function no(): Promise<never> {
  return Promise.reject(new Error("not here"));
}

describe("what is wrong with `recovery`", () => {
  const cases: readonly [string, ServiceDefinition<unknown>, string][] = [
    ["a code that is not one", misspelt(), 'recovery.retry.on.0: must be one of "CLEANROOM_EXITED_AT_START", '],
    ["what was meant", misspelt(), 'did you mean "CLEANROOM_EXITED_AT_START"?'],
    [
      "an option that is none",
      container("app:1", { recovery: { retry: { attemps: 2 } } } as object),
      "recovery.retry.attemps: is not an option; did you mean `attempts`?",
    ],
    ["no attempt at all", service({ recovery: { retry: { attempts: 0 } } }), "recovery.retry.attempts: "],
    ["no URL", service({ recovery: { fallback: "nonsense" } }), "recovery.fallback: must be a URL"],
    [
      "a URL of something else",
      redis("redis:7", { recovery: { fallback: "http://127.0.0.1" } }),
      "recovery.fallback: must be the URL of a redis(), which begins with `redis://`",
    ],
    [
      "something else",
      redis("redis:7", { recovery: { fallback: postgres("postgres:17") } }),
      "db, a redis(), is not valid:\n  recovery.fallback: must be a redis() too, not a postgres()",
    ],
    [
      "another scope",
      redis("redis:7", { recovery: { fallback: redis("redis:8", { scope: "user" }) } }),
      'recovery.fallback: must have the same `scope`, "project"',
    ],
    [
      "one with a fallback",
      redis("redis:7", { recovery: { fallback: redis("redis:8", { recovery: { fallback: "redis://a" } }) } }),
      "recovery.fallback: must have no `recovery.fallback` of its own",
    ],
    [
      "one that is not valid",
      redis("redis:7", { recovery: { fallback: redis("redis:8", { databases: 1 }) } }),
      "the fallback of db, a redis(), is not valid:\n  databases: ",
    ],
    [
      "one that depends on more",
      service({ recovery: { fallback: service({ dependsOn: { other: service() } }) } }),
      "recovery.fallback: must depend on nothing that the service itself does not depend on",
    ],
  ];

  test.for(cases)("is told before anything starts: %s", async ([, db, message]) => {
    const backend = new FakeBackend();

    const error = await outcomeOf(CleanroomEnvironment.start({ services: { db } }, { backend }));

    expect((error as Error).message).toContain(message);
    expect(backend.calls).toEqual([]);
  });

  test("is told of what a function gives as well", async () => {
    const web = withFallback((): never => 1 as never);

    const error = await outcomeOf(startOn(engineWhere(9), { web }));

    expect(error).toMatchObject({ errors: [{}, { code: "CLEANROOM_CONFIGURATION" }] });
    expect((error as Error).message).toContain("must give a service or a URL");
  });
});

function misspelt(): ServiceDefinition<unknown> {
  return container("app:1", { recovery: { retry: { on: ["CLEANROOM_EXITED_AT_STAR"] } } } as object);
}
