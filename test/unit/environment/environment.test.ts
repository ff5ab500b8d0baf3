import { describe, expect, test, vi } from "vitest";
import type { EventMap, GenericContainer, HealthProbe, ServiceDefinition } from "../../../src/index.ts";
import { CleanroomEnvironment, ConfigurationError, LifecycleError } from "../../../src/index.ts";
import { LocalMember } from "../../../src/coordinator/local-member.ts";
import { FakeBackend } from "../../../src/testing/index.ts";
import { gate, service, servicesOf, startOn } from "../support/environments.ts";
import { isSettled, outcomeOf, turns } from "../support/outcome.ts";
import { refusal } from "../support/starts.ts";

const reason = new LifecycleError("the test wants no more");

describe("an environment", () => {
  test("starts every service of its configuration, and removes all of it at its end", async () => {
    const backend = new FakeBackend();
    {
      await using environment = await startOn(backend, { db: service(), cache: service() });

      expect(Object.keys(environment.services).toSorted()).toEqual(["cache", "db"]);
      expect(environment.registry.states()).toEqual({ db: "running", cache: "running" });
      expect(backend.containers.map(({ state }) => state)).toEqual(["running", "running"]);
    }

    expect(backend.containers).toEqual([]);
    expect(backend.networks).toEqual([]);
  });

  test("marks what it makes with its session, its service and its key", async () => {
    const backend = new FakeBackend();
    await using environment = await startOn(
      backend,
      { db: service({ labels: { team: "shop" } }) },
      { rootDirectory: "/x" },
    );

    const [made] = backend.containers;
    expect(made?.name).toMatch(/^cleanroom-db-[0-9a-f]{10}$/);
    expect(made?.labels).toEqual({
      "dev.cleanroom.owner": expect.any(String) as string,
      "dev.cleanroom.coordinator": expect.any(String) as string,
      "dev.cleanroom.service-id": made?.name.slice("cleanroom-db-".length),
      "dev.cleanroom.session": environment.sessionId,
      "dev.cleanroom.project": "/x",
      "dev.cleanroom.service": "db",
      "dev.cleanroom.key": environment.connections["db"]?.key,
      "dev.cleanroom.bounds": JSON.stringify({ limits: { memoryBytes: 4_294_967_296, pids: 4_096 }, mounts: [] }),
    });
    expect(made?.spec.labels).toEqual({ team: "shop" });
  });

  test("tells how to reach its services, as plain data", async () => {
    const backend = new FakeBackend();
    await using environment = await startOn(backend, { db: service({ ports: [80, 81] }) });

    const { connections } = environment;

    expect(structuredClone(connections)).toEqual(connections);
    expect(connections["db"]).toMatchObject({
      name: "db",
      host: "127.0.0.1",
      ports: { "80/tcp": 49_152, "81/tcp": 49_153 },
    });
  });

  test("tells its listeners from the very start", async () => {
    const states: string[] = [];
    const listener = ({ name, to }: EventMap["container:state"]): void => void states.push(`${name} ${to}`);

    const environment = await startOn(
      new FakeBackend(),
      { db: service() },
      { listeners: { "container:state": listener } },
    );
    await environment.cleanup();

    expect(states).toEqual(["created", "starting", "ready", "running", "stopping", "stopped"].map((to) => `db ${to}`));
  });

  test("leaves the engine it was given to whoever gave it", async () => {
    const backend = new FakeBackend();
    const dispose = vi.spyOn(backend, Symbol.asyncDispose);

    await (await startOn(backend, { db: service() }))[Symbol.asyncDispose]();

    expect(dispose).not.toHaveBeenCalled();
  });

  test("of a configuration without services asks the engine for nothing", async () => {
    const backend = new FakeBackend();

    await (await startOn(backend, {})).cleanup();

    expect(backend.calls).toEqual([]);
  });
});

describe("asking for a container", () => {
  test("fifty times at once runs the factory once, makes one container, and gives everybody the same handle", async () => {
    const backend = new FakeBackend();
    await using environment = await startOn(backend, {});
    const factory = vi.fn(() => service());

    const handles = await Promise.all(
      Array.from({ length: 50 }, () => environment.getOrCreateContainer("app", factory)),
    );

    expect(new Set(handles).size).toBe(1);
    expect(factory).toHaveBeenCalledOnce();
    expect(servicesOf(backend, "create")).toEqual(["app"]);
  });

  test("a thousand times more asks the engine for nothing", async () => {
    const backend = new FakeBackend();
    await using environment = await startOn(backend, { app: service() });
    const before = backend.calls.length;
    const factory = vi.fn(() => service());

    for (let hit = 0; hit < 1_000; hit += 1) await environment.getOrCreateContainer("app", factory);

    expect(backend.calls.length - before).toBe(0);
    expect(factory).not.toHaveBeenCalled();
  });

  test("takes a factory that needs time", async () => {
    await using environment = await startOn(new FakeBackend(), {});

    const handle = await environment.getOrCreateContainer("app", async () => Promise.resolve(service()));

    expect(handle).toMatchObject({ name: "app", image: "app:1", state: "running" });
  });

  test("whose factory fails leaves no entry, passes on what it threw, and can be asked for again", async () => {
    const backend = new FakeBackend();
    await using environment = await startOn(backend, {});

    await expect(environment.getOrCreateContainer("app", () => Promise.reject(reason))).rejects.toBe(reason);
    expect(environment.registry.has("app")).toBe(false);
    expect(backend.calls).toEqual([]);

    expect(await environment.getOrCreateContainer("app", () => service())).toMatchObject({ name: "app" });
  });

  test("whose start fails leaves nothing, and is tried afresh once that is forgotten", async () => {
    const backend = new FakeBackend();
    await using environment = await startOn(backend, {});
    backend.failNext("start", refusal("port-in-use"));

    expect(await outcomeOf(environment.getOrCreateContainer("app", () => service()))).toMatchObject({
      code: "CLEANROOM_PORT_IN_USE",
      details: { container: "app" },
    });
    expect(backend.containers).toEqual([]);
    expect(environment.registry.has("app")).toBe(false);

    const again = outcomeOf(environment.getOrCreateContainer("app", () => service()));
    expect(await again).toMatchObject({ code: "CLEANROOM_PORT_IN_USE" });
    expect(backend.containers).toEqual([]);
    await environment.registry.delete("app");
    await environment.getOrCreateContainer("app", () => service());
    expect(backend.containers).toHaveLength(1);
  });

  test("whose start failed is tried afresh when it is described otherwise", async () => {
    const backend = new FakeBackend();
    await using environment = await startOn(backend, {});
    backend.failNext("start", refusal("port-in-use"));
    await outcomeOf(environment.getOrCreateContainer("app", () => service()));

    await environment.getOrCreateContainer("app", () => service({ labels: { try: "2" } }));
    expect(backend.containers).toHaveLength(1);
  });

  test("is left by a caller whose signal aborts, while the others go on", async () => {
    const backend = new FakeBackend();
    await using environment = await startOn(backend, {});
    const abort = new AbortController();
    const probe = gate();
    const leaving = outcomeOf(
      environment.getOrCreateContainer("app", () => service({ health: probe }), { signal: abort.signal }),
    );
    const staying = environment.getOrCreateContainer("app", () => service({ health: probe }));
    await probe.reached;

    abort.abort(reason);

    expect(await leaving).toBe(reason);
    expect(await isSettled(staying)).toBe(false);
    probe.open();
    expect(await staying).toMatchObject({ name: "app" });
  });

  test("ends when the only caller leaves, with nothing left behind", async () => {
    const backend = new FakeBackend();
    await using environment = await startOn(backend, {});
    const abort = new AbortController();
    const probe = gate();
    const leaving = outcomeOf(
      environment.getOrCreateContainer("app", () => service({ health: probe }), { signal: abort.signal }),
    );
    await probe.reached;

    abort.abort(reason);

    expect(await leaving).toBe(reason);
    expect(backend.containers).toEqual([]);
  });

  test("ends although its factory never returns", async () => {
    await using environment = await startOn(new FakeBackend(), {});
    const abort = new AbortController();
    const leaving = outcomeOf(
      environment.getOrCreateContainer("app", () => new Promise<never>(() => {}), { signal: abort.signal }),
    );
    await turns();

    abort.abort(reason);

    expect(await leaving).toBe(reason);
  });

  test("after the cleanup is told so", async () => {
    const backend = new FakeBackend();
    const environment = await startOn(backend, {});
    await environment.cleanup();

    await expect(environment.getOrCreateContainer("app", () => service())).rejects.toThrow(
      new LifecycleError("app was asked for after the environment's cleanup."),
    );

    expect(backend.calls).toEqual([]);
  });

  test("anew after it was deleted makes another", async () => {
    const backend = new FakeBackend();
    await using environment = await startOn(backend, { app: service() });
    const { id } = environment.services.app;

    expect(await environment.registry.delete("app")).toBe(true);
    expect(backend.containers).toEqual([]);
    const another = await environment.getOrCreateContainer("app", () => service());

    expect(another.id).not.toBe(id);
  });
});

test("a container that ends before its creator has been answered is not handed out, and the next request makes another", async () => {
  const backend = new FakeBackend();
  await using environment = await startOn(backend, {});
  const removed = Promise.withResolvers<undefined>();
  environment.on("container:removed", () => {
    removed.resolve(undefined);
  });
  const answer = vi.spyOn(LocalMember.prototype, "created").mockImplementationOnce(async function (
    this: LocalMember,
    ...said
  ) {
    await this.created(...said);
    await backend.remove(said[1].id);
    await turns();
  });

  const error = await outcomeOf(environment.getOrCreateContainer("app", () => service()));

  answer.mockRestore();
  expect(error).toEqual(new LifecycleError("app cannot be used: somebody else removed it."));
  await removed.promise;
  expect(environment.registry.has("app")).toBe(false);
  expect(await environment.getOrCreateContainer("app", () => service())).toMatchObject({ state: "running" });
});

describe("a password that is derived", () => {
  /** A service with such a password, which is part of its key. */
  function withPassword(scope: "project" | "user" | "process"): ServiceDefinition<GenericContainer> {
    const plain = service({ scope });
    const load: typeof plain.load = async () => {
      const kind = await plain.load();
      return {
        ...kind,
        plan: async (context) => {
          const pending = await kind.plan(context);
          return (handles) => ({ ...pending(handles), fingerprint: context.passwordFor("server") });
        },
      };
    };
    return { ...plain, load };
  }

  test.for([
    ["user", "/a", "/b", 1],
    ["project", "/a", "/b", 2],
    ["project", "/a", "/a", 1],
    ["process", "/a", "/a", 2],
  ] as const)("is the same for all who share: scope %s in %s and %s", async ([scope, here, there, count]) => {
    const backend = new FakeBackend();

    await using _first = await startOn(backend, { db: withPassword(scope) }, { rootDirectory: here });
    await using _second = await startOn(backend, { db: withPassword(scope) }, { rootDirectory: there });

    expect(backend.containers).toHaveLength(count);
  });
});

describe("what depends on something", () => {
  test("starts when that is ready, not before, and gets its handle", async () => {
    const backend = new FakeBackend();
    const probe = gate();
    const db = service({ ports: [5432], health: probe });
    const api = service({
      dependsOn: { database: db },
      env: ({ database }) => ({ HOST: (database as { networkHost: string }).networkHost }),
    });
    const starting = startOn(backend, { api, db });
    await probe.reached;
    await turns();
    expect(servicesOf(backend, "create")).toEqual(["db"]);

    probe.open();
    await using environment = await starting;

    expect(servicesOf(backend, "start")).toEqual(["db", "api"]);
    expect(backend.containers[1]?.spec.env).toEqual({ HOST: "db" });
    expect(environment.connections["api"]?.networkAlias).toBe("api");
  });

  test("shares a network with it, which others do not join", async () => {
    const backend = new FakeBackend();
    const db = service();
    await using _environment = await startOn(backend, { db, api: service({ dependsOn: { db } }), alone: service() });

    const [network] = backend.networks;
    expect(backend.networks).toEqual([expect.stringMatching(/^cleanroom-[0-9a-f]{16}$/)]);
    expect(
      Object.fromEntries(
        backend.containers.map(({ labels, networkName }) => [labels["dev.cleanroom.service"], networkName]),
      ),
    ).toEqual({ db: network, api: network, alone: undefined });
  });

  test("starts side by side with what it does not depend on", async () => {
    const backend = new FakeBackend();
    const probes = [gate(), gate()];
    const starting = startOn(backend, {
      one: service({ health: probes[0]! }),
      other: service({ health: probes[1]! }),
    });

    await Promise.all(probes.map(({ reached }) => reached));
    for (const { open } of probes) open();

    await (await starting).cleanup();
  });

  test("is stopped first, and what nobody depends on at the same time", async () => {
    const backend = new FakeBackend();
    const db = service();
    const api = service({ dependsOn: { db } });
    const environment = await startOn(backend, { db, cache: service(), api, web: service({ dependsOn: { api } }) });
    const release = backend.hang("stop");
    const cleanup = environment.cleanup();
    await backend.called("stop", 2);
    await turns();
    expect(servicesOf(backend, "stop").toSorted()).toEqual(["cache", "web"]);

    release();
    const { containers } = await cleanup;

    expect(servicesOf(backend, "remove").filter((name) => name !== "cache")).toEqual(["web", "api", "db"]);
    expect(containers).toHaveLength(4);
    expect(backend.networks).toEqual([]);
  });

  test("but is not known is told, and nothing is made", async () => {
    const backend = new FakeBackend();

    const error = await outcomeOf(startOn(backend, { api: service({ dependsOn: { db: service() } }) }));

    expect(error).toEqual(
      new ConfigurationError({
        origin: "api",
        problems: [
          {
            path: "dependsOn.db",
            message: "is not among the environment's services; add the same object to `services`",
          },
        ],
      }),
    );
    expect(backend.calls).toEqual([]);
  });

  test.for([
    ["user", undefined],
    ["process", undefined],
    [undefined, "user"],
    ["user", "process"],
  ] as const)("of another scope is told so, and nothing is made: %j for %j", async ([ofCache, ofApp]) => {
    const backend = new FakeBackend();
    const cache = service(ofCache === undefined ? {} : { scope: ofCache });
    const app = service({ dependsOn: { store: cache }, ...(ofApp !== undefined && { scope: ofApp }) });

    const error = await outcomeOf(startOn(backend, { cache, app }));

    const [has, wants] = [ofCache ?? "project", ofApp ?? "project"];
    expect(error).toBeInstanceOf(ConfigurationError);
    expect((error as Error).message).toBe(
      `app is not valid:\n  dependsOn.store: \`cache\` has the scope "${has}" and \`app\` the scope "${wants}"; give both the same \`scope\``,
    );
    expect(backend.calls).toEqual([]);
  });

  test.for(["project", "user", "process"] as const)("of the same scope shares its network: %s", async (scope) => {
    const backend = new FakeBackend();
    const cache = service({ scope });

    await using _environment = await startOn(backend, { cache, app: service({ dependsOn: { cache }, scope }) });

    expect(backend.containers.map(({ networkName }) => networkName)).toEqual([
      backend.networks[0],
      backend.networks[0],
    ]);
  });

  test("fails with what it depends on", async () => {
    const backend = new FakeBackend();
    const db = service();
    backend.failNext("start", refusal("command-not-runnable", "no such program"));

    const error = await outcomeOf(startOn(backend, { db, api: service({ dependsOn: { db } }) }));

    expect(error).toMatchObject({ code: "CLEANROOM_COMMAND_NOT_RUNNABLE", details: { container: "db" } });
    expect(servicesOf(backend, "create")).toEqual(["db"]);
    expect([backend.containers, backend.networks]).toEqual([[], []]);
  });
});

describe("a start of everything", () => {
  test("that fails in one ends the others, and leaves nothing of them", async () => {
    const backend = new FakeBackend();
    const probe = gate();
    const broken: HealthProbe = {
      name: "broken",
      check: async () => {
        await probe.reached;
        throw new ConfigurationError({ origin: "broken", problems: [] });
      },
    };
    const starting = outcomeOf(
      startOn(backend, { slow: service({ health: probe }), broken: service({ health: broken }) }),
    );

    expect(await starting).toMatchObject({ code: "CLEANROOM_CONFIGURATION", details: { origin: "broken" } });
    expect(backend.containers).toEqual([]);
  });

  test("that is aborted leaves nothing", async () => {
    const backend = new FakeBackend();
    const abort = new AbortController();
    const probe = gate();
    const db = service({ health: probe });
    const services = { db, quick: service(), api: service({ dependsOn: { db } }) };
    const outcome = outcomeOf(startOn(backend, services, { signal: abort.signal }));
    await probe.reached;

    abort.abort(reason);

    expect(await outcome).toBe(reason);
    expect([backend.containers, backend.networks]).toEqual([[], []]);
  });

  test("that was aborted before asks the engine for nothing", async () => {
    const backend = new FakeBackend();

    await expect(startOn(backend, { db: service() }, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);

    expect(backend.calls).toEqual([]);
  });

  test("gives back later what it could not give back at once", async () => {
    const backend = new FakeBackend();
    backend.loseNextAnswer("createNetwork", refusal("other", "no more subnets"));
    backend.failNext("removeNetwork", refusal("other", "the engine is busy"));

    const error = await outcomeOf(startOn(backend, { db: service({ network: true }) }));

    expect(error).toMatchObject({ message: "The engine refused to do it: no more subnets" });
    expect(backend.networks).toEqual([]);
  });

  test("warns of what it could not give back, and tells why it failed", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const backend = new FakeBackend();
    backend.loseNextAnswer("createNetwork", refusal("other", "no more subnets"));
    backend.failNext("removeNetwork", refusal("other", "the engine is busy"));
    backend.failNext("removeNetwork", refusal("other", "the engine is busy"));

    const error = await outcomeOf(startOn(backend, { db: service({ network: true }) }));

    expect(error).toMatchObject({ message: "The engine refused to do it: no more subnets" });
    expect(warn.mock.calls).toEqual([
      ["Not cleaned up: The engine refused to do it: the engine is busy", "CleanroomWarning"],
    ]);
  });
});

describe("a cleanup", () => {
  test("asked for three times stops each container once, and answers the same", async () => {
    const backend = new FakeBackend();
    const environment = await startOn(backend, { db: service(), cache: service() });

    const reports = await Promise.all([environment.cleanup(), environment.cleanup(), environment.cleanup()]);
    await environment[Symbol.asyncDispose]();

    expect(new Set(reports).size).toBe(1);
    expect(servicesOf(backend, "stop").toSorted()).toEqual(["cache", "db"]);
    expect(servicesOf(backend, "remove").toSorted()).toEqual(["cache", "db"]);
    expect(reports[0].errors).toEqual([]);
  });

  test("goes on when one container cannot be removed, and reports it", async () => {
    const backend = new FakeBackend();
    const db = service();
    const environment = await startOn(backend, { db, api: service({ dependsOn: { db } }), cache: service() });
    const failure = refusal("other", "the engine is busy");
    backend.failNext("remove", failure);

    const { containers, errors } = await environment.cleanup();

    expect(containers.map(({ outcome }) => outcome).toSorted()).toEqual(["failed", "stopped", "stopped"]);
    expect(errors).toEqual([failure]);
    expect(backend.containers).toHaveLength(1);
    expect(await outcomeOf(environment[Symbol.asyncDispose]())).toMatchObject({ code: "CLEANROOM_CLEANUP" });
  });

  test("that fails tells each failure once", async () => {
    const backend = new FakeBackend();
    const environment = await startOn(backend, { db: service() });
    backend.failNext("remove", refusal("other", "the engine is busy"));

    expect(await outcomeOf(environment[Symbol.asyncDispose]())).toMatchObject({
      message: "1 release failed; everything else was given back:\n  The engine refused to do it: the engine is busy",
    });
  });

  test("takes what somebody else removed as gone", async () => {
    const backend = new FakeBackend();
    const environment = await startOn(backend, { db: service() });
    const removed = Promise.withResolvers<string>();
    environment.on("container:removed", ({ name }) => {
      removed.resolve(name);
    });
    await backend.remove(environment.services.db.id);

    expect(await removed.promise).toBe("db");
    expect(environment.registry.list()).toEqual([]);
    expect(await environment.cleanup()).toMatchObject({ containers: [], errors: [] });
  });

  test("ends a start that is under way, and removes what it made", async () => {
    const backend = new FakeBackend();
    const environment = await startOn(backend, {});
    const probe = gate();
    const starting = outcomeOf(environment.getOrCreateContainer("app", () => service({ health: probe })));
    await probe.reached;

    const { containers, errors } = await environment.cleanup();

    expect(await starting).toEqual(new LifecycleError("The environment was cleaned up while this was starting."));
    expect([containers, errors]).toEqual([[], []]);
    expect(backend.containers).toEqual([]);
  });

  test("waits for a container that the engine is just making", async () => {
    const backend = new FakeBackend();
    const environment = await startOn(backend, {});
    const release = backend.hang("create");
    const starting = outcomeOf(environment.getOrCreateContainer("app", () => service({ network: true })));
    await backend.called("create");

    const cleanup = environment.cleanup();
    expect(await isSettled(cleanup)).toBe(false);
    release();
    await cleanup;

    expect(await starting).toBeInstanceOf(LifecycleError);
    expect([backend.containers, backend.networks]).toEqual([[], []]);
  });

  test("waits for a network that the engine is just making", async () => {
    const backend = new FakeBackend();
    const environment = await startOn(backend, {});
    const release = backend.hang("createNetwork");
    const starting = outcomeOf(environment.getOrCreateContainer("app", () => service({ network: true })));
    await backend.called("createNetwork");

    const cleanup = environment.cleanup();
    expect(await isSettled(cleanup)).toBe(false);
    release();
    await cleanup;

    expect(await starting).toBeInstanceOf(LifecycleError);
    expect(backend.networks).toEqual([]);
  });

  test("removes a network whose creation seemed to fail", async () => {
    const backend = new FakeBackend();
    const environment = await startOn(backend, {});
    backend.loseNextAnswer("createNetwork", refusal("unanswered"));
    await outcomeOf(environment.getOrCreateContainer("app", () => service({ network: true })));

    expect(backend.networks).toEqual([]);
    await environment.cleanup();
  });

  test("does not wait for a factory that never returns", async () => {
    const environment = await startOn(new FakeBackend(), {});
    const starting = outcomeOf(environment.getOrCreateContainer("app", () => new Promise<never>(() => {})));
    await turns();

    await environment.cleanup();

    expect(await starting).toBeInstanceOf(LifecycleError);
  });

  test("waits for a deletion that is under way", async () => {
    const backend = new FakeBackend({ images: { "app:1": {}, "slow:1": { onStop: () => {} } } });
    const db = service();
    const environment = await startOn(backend, { db, api: service({ dependsOn: { db } }, "slow:1") });
    const slow = backend.containers.find(({ spec }) => spec.image === "slow:1");
    const deletion = environment.registry.delete("api");
    await backend.called("stop");

    const cleanup = environment.cleanup();
    expect(await isSettled(cleanup)).toBe(false);
    slow?.exit(0);

    expect(await deletion).toBe(true);
    expect((await cleanup).errors).toEqual([]);
    expect([backend.containers, backend.networks]).toEqual([[], []]);
  });
});

describe("two names for the same object", () => {
  test("are told in the configuration, and nothing is made", async () => {
    const backend = new FakeBackend();
    const one = service();

    const error = await outcomeOf(CleanroomEnvironment.start({ services: { db: one, copy: one } }, { backend }));

    expect(error).toMatchObject({
      code: "CLEANROOM_CONFIGURATION",
      message:
        "The configuration is not valid:\n  services.copy: is the same object as `db`; describe it twice to get two containers",
    });
    expect(backend.calls).toEqual([]);
  });

  test("are told later, too", async () => {
    const db = service();
    await using environment = await startOn(new FakeBackend(), { db });

    await expect(environment.getOrCreateContainer("copy", () => db)).rejects.toThrow(ConfigurationError);
  });

  test("are not those of a name that was refused", async () => {
    const app = service();
    await using environment = await startOn(new FakeBackend(), {});

    await expect(environment.getOrCreateContainer("not a name", () => app)).rejects.toThrow(ConfigurationError);

    expect(await environment.getOrCreateContainer("app", () => app)).toMatchObject({ name: "app" });
  });
});

test("services cannot be asked for after the cleanup", async () => {
  const environment = await startOn(new FakeBackend(), { db: service() });
  await environment.cleanup();
  expect(() => environment.services.db).toThrow(LifecycleError);
});
