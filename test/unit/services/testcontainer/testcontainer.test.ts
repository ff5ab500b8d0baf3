import { describe, expect, expectTypeOf, test } from "vitest";
import type { Adoption, AdoptRequest, ContainerBuilder } from "../../../../src/backend/adoption.ts";
import { startContainer } from "../../../../src/container/start-container.ts";
import type { ServicePlan } from "../../../../src/container/service-plan.ts";
import type { ModuleContainer, ServiceDefinition, TestcontainerOptions } from "../../../../src/index.ts";
import { container, testcontainer } from "../../../../src/index.ts";
import { containerKey } from "../../../../src/spec/key.ts";
import type { FakeBackendOptions, FakeImage } from "../../../../src/testing/index.ts";
import { FakeBackend } from "../../../../src/testing/index.ts";
import { outcomeOf } from "../../support/outcome.ts";
import { contextWith } from "../../support/plans.ts";
import { refusal, requestFor, runtimeOn } from "../../support/starts.ts";

const never = new AbortController().signal;

/** What a module of Testcontainers hands out. */
interface StartedBroker {
  readonly address: string;
}

function broker(start = (): Promise<StartedBroker> => Promise.resolve({ address: "here:9092" })) {
  return { start };
}

const connection = (started: StartedBroker) => ({ brokers: started.address });

async function planOf(definition: ServiceDefinition<unknown>, context = contextWith()): Promise<ServicePlan> {
  return (await (await definition.load()).plan(context))({});
}

async function problemsOf(factory: unknown, options: unknown): Promise<string> {
  const definition = testcontainer(
    factory as () => ContainerBuilder,
    options as TestcontainerOptions<unknown, unknown>,
  );
  return String(await outcomeOf((await definition.load()).validate("kafka")));
}

function imageThat(onStart: NonNullable<FakeImage["onStart"]>): FakeBackendOptions {
  return { images: { "broker:8": { onStart } } };
}

/** An engine that Testcontainers makes containers with as well. */
class AdoptingBackend extends FakeBackend {
  readonly requests: AdoptRequest[] = [];

  adopt(request: AdoptRequest, builder: ContainerBuilder): Adoption {
    this.requests.push(request);
    const { containerName, labels } = request;
    const spec = { ...this.#spec, image: "broker:8" };
    const created = this.create({ containerName, labels, spec }).then((id) => ({ id, image: "broker:8" }));
    const started = created.then(({ id }) => this.start(id));
    const adoption = { created, started, ready: started.then(() => builder.start()) };
    for (const promise of Object.values<Promise<unknown>>(adoption)) promise.catch(() => undefined);
    return adoption;
  }

  readonly #spec = {
    ...{ pullPolicy: "missing" as const, env: {}, files: [], mounts: [], networkAliases: [], hasHostAccess: false },
    ...{ labels: {}, limits: {}, stopGraceMs: 0, engineOptions: {} },
    ports: [{ containerPort: 9092, protocol: "tcp" as const }],
    security: {
      ...{ isPrivileged: false, hasReadOnlyRootFilesystem: false, addCapabilities: [], dropCapabilities: [] },
      allowsNewPrivileges: false,
    },
  };
}

describe("types", () => {
  test("what the connection returns is the handle's data; the factory gets the handles of what it depends on", () => {
    const web = container("web:1");
    const kafka = testcontainer(async () => broker(), { key: "kafka-8", connection });
    const app = testcontainer(({ web: handle }) => broker(async () => ({ address: handle.url })), {
      dependsOn: { web },
      key: { kafka: 8 },
      connection: async (started) => ({ brokers: [started.address] }),
    });

    expectTypeOf(kafka).toEqualTypeOf<
      ServiceDefinition<ModuleContainer<{ brokers: string }>, ModuleContainer<{ brokers: string }>, "test">
    >();
    expectTypeOf(app).toEqualTypeOf<
      ServiceDefinition<ModuleContainer<{ brokers: string[] }>, ModuleContainer<{ brokers: string[] }>, "test">
    >();
    expect(app.dependsOn).toEqual({ web });
  });
});

describe("validation", () => {
  test("accepts what is complete", async () => {
    expect(await problemsOf(broker, { key: "kafka-8", connection, keepAliveMs: 5, scope: "user" })).toBe("undefined");
    expect(await problemsOf(broker, { key: { tag: 8, list: [null] }, connection })).toBe("undefined");
  });

  test("names everything that is wrong, and the option that may have been meant", async () => {
    const problems = await problemsOf("kafka", { key: "", conection: connection, image: "x", stopGraceMs: -1 });

    expect(problems).toContain("kafka, a testcontainer(), is not valid:");
    expect(problems).toContain("factory: must be a function that returns what Testcontainers starts");
    expect(problems).toContain("key: must be text or other plain data that identifies what the factory makes");
    expect(problems).toContain("connection: must be a function that returns plain data of the started container");
    expect(problems).toMatch(/conection: .*connection/);
    expect(problems).toContain("image: ");
    expect(problems).toContain("stopGraceMs: ");
    expect(await problemsOf(broker, undefined)).toContain("options: ");
  });
});

describe("a plan", () => {
  test("runs nothing, and tells what is shared by its key alone", async () => {
    const factory = (): never => expect.fail("the factory ran");
    const keyOf = async (key: string): Promise<string> => {
      const { spec, fingerprint } = await planOf(testcontainer(factory, { key, connection }));
      return containerKey(spec, fingerprint, (secret) => secret);
    };

    expect(await keyOf("kafka-8")).toBe(await keyOf("kafka-8"));
    expect(await keyOf("kafka-8")).not.toBe(await keyOf("kafka-9"));
  });

  test("takes the terms it is given", async () => {
    const options = { key: "k", connection, stopGraceMs: 1, startTimeoutMs: 2, scope: "user", keepAliveMs: 3 } as const;
    const plan = await planOf(
      testcontainer(() => broker(), options),
      contextWith({ isOnNetwork: true }),
    );

    expect(plan).toMatchObject({
      startTimeoutMs: 2,
      scope: "user",
      keepAliveMs: 3,
      fingerprint: { testcontainer: "k" },
    });
    expect(plan.spec).toMatchObject({ stopGraceMs: 1, networkAliases: ["db"], image: "testcontainer k" });
  });
});

describe("a start", () => {
  test("is the module's own; everybody is told what the connection makes of it", async () => {
    const backend = new AdoptingBackend();
    const definition = testcontainer(() => broker(), { key: "kafka-8", connection });

    const started = await startContainer(requestFor(await planOf(definition)), runtimeOn(backend), never);

    const [made] = backend.containers;
    expect(started.connection).toEqual({
      ...{ name: "app", id: made?.id, image: "broker:8", key: "key", host: "127.0.0.1" },
      ports: { "9092/tcp": 49_152 },
      details: { data: '{"brokers":"here:9092"}' },
    });
    expect(backend.requests).toEqual([
      { containerName: "app-1", labels: { owner: "test" }, networkName: undefined, networkAliases: [], env: {} },
    ]);
    expect(started.machine.state).toBe("ready");
    const kind = await definition.load();
    const handle = kind.attach(started.connection, {} as never);
    expect([handle.data.brokers, handle.port(9092), handle.image]).toEqual(["here:9092", 49_152, "broker:8"]);
    expect(await kind.isolate(handle)).toBe(handle);
  });

  test("whose connection is no plain data fails, says where, and leaves nothing", async () => {
    const backend = new AdoptingBackend();
    class Client {
      readonly socket = 1;
    }
    const ring: { self?: unknown } = {};
    ring.self = ring;
    const given = {
      client: new Client(),
      list: [1, undefined, () => 1],
      ring,
      n: NaN,
      none: undefined,
      ok: [null, "", {}],
    };
    const plan = await planOf(testcontainer(() => broker(), { key: "k", connection: () => given }));

    const error = await outcomeOf(startContainer(requestFor(plan), runtimeOn(backend), never));

    expect(String(error)).toBe(
      [
        "ConfigurationError: db, a testcontainer(), is not valid:",
        "  connection.client: must return plain data that other processes can get, not an instance of Client",
        "  connection.list.1: must return plain data that other processes can get, not undefined",
        "  connection.list.2: must return plain data that other processes can get, not a function",
        "  connection.ring.self: must return plain data that other processes can get, not something that contains itself",
        "  connection.n: must return plain data that other processes can get, not NaN",
      ].join("\n"),
    );
    expect(backend.containers).toEqual([]);
  });

  test("whose factory returns something else says so; what the factory throws passes through", async () => {
    const backend = new AdoptingBackend();
    const thrown = new Error("no licence");
    const failing = await planOf(testcontainer(() => Promise.reject(thrown), { key: "k", connection }));
    const wrong = await planOf(testcontainer(() => ({}) as ContainerBuilder<StartedBroker>, { key: "k", connection }));

    expect(await outcomeOf(startContainer(requestFor(failing), runtimeOn(backend), never))).toBe(thrown);
    expect(String(await outcomeOf(startContainer(requestFor(wrong), runtimeOn(backend), never)))).toContain(
      "factory: must return what Testcontainers starts, such as `new KafkaContainer(…)`, and not start it",
    );
    expect(backend.containers).toEqual([]);
  });

  test("that the module gives up is explained with the container's logs, and leaves nothing", async () => {
    const backend = new AdoptingBackend(
      imageThat((it) => {
        it.log("no space left");
      }),
    );
    const thrown = new Error("Log message not received after 60000ms");
    const plan = await planOf(testcontainer(() => broker(() => Promise.reject(thrown)), { key: "k", connection }));

    const error = await outcomeOf(startContainer(requestFor(plan), runtimeOn(backend), never));

    expect(error).toMatchObject({ code: "CLEANROOM_HEALTH_TIMEOUT", cause: thrown });
    expect(String(error)).toContain("app was not healthy after 0 ms (as its module waits, 1 attempt).");
    expect(String(error)).toContain("Log message not received after 60000ms");
    expect(String(error)).toContain("no space left");
    expect(backend.containers).toEqual([]);
  });

  test("of a container that ends tells its exit code", async () => {
    const backend = new AdoptingBackend(
      imageThat((it) => {
        it.log("bad flag");
        it.exit(3);
      }),
    );
    const plan = await planOf(testcontainer(() => broker(() => new Promise(() => {})), { key: "k", connection }));

    const error = await outcomeOf(startContainer(requestFor(plan), runtimeOn(backend), never));

    expect(error).toMatchObject({ code: "CLEANROOM_EXITED_AT_START", details: { exitCode: 3 } });
    expect(String(error)).toContain("bad flag");
    expect(backend.containers).toEqual([]);
  });

  test("that is refused is a creation error", async () => {
    const backend = new AdoptingBackend();
    backend.failNext("create", refusal("image-not-found", "no such image"));
    const plan = await planOf(testcontainer(() => broker(), { key: "kafka-8", connection }));

    const error = await outcomeOf(startContainer(requestFor(plan), runtimeOn(backend), never));

    expect(error).toMatchObject({ code: "CLEANROOM_IMAGE_NOT_FOUND" });
    expect(String(error)).toContain("app could not be created from testcontainer kafka-8: no such image");
  });

  test("that takes too long ends at its deadline; one that nobody wants ends at once", async () => {
    const backend = new AdoptingBackend();
    const runtime = runtimeOn(backend);
    const plan = await planOf(testcontainer(() => broker(() => new Promise(() => {})), { key: "k", connection }));
    const late = outcomeOf(startContainer(requestFor(plan), runtime, never));
    await backend.called("waitForExit");
    await runtime.clock.advance(60_000);
    expect(await late).toMatchObject({ code: "CLEANROOM_HEALTH_TIMEOUT" });

    const unwanted = new AbortController();
    const aborted = outcomeOf(startContainer(requestFor(plan), runtime, unwanted.signal));
    unwanted.abort("enough");
    expect(await aborted).toBe("enough");
    expect(backend.containers).toEqual([]);
  });

  test("needs a backend with Testcontainers", async () => {
    const plan = await planOf(testcontainer(() => broker(), { key: "k", connection }));

    expect(String(await outcomeOf(startContainer(requestFor(plan), runtimeOn(new FakeBackend()), never)))).toContain(
      "This backend has no Testcontainers",
    );
  });
});
