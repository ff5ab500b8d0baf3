import { describe, expect, test, vi } from "vitest";
import type { ServiceDefinition } from "../../../src/index.ts";
import { CleanroomEnvironment, ConfigurationError, container, http, postgres, redis } from "../../../src/index.ts";
import { FakeBackend } from "../../../src/testing/index.ts";
import { service, startOn } from "../support/environments.ts";
import { outcomeOf } from "../support/outcome.ts";

/** What a JavaScript user may write, where the types do not help. */
function loose(value: unknown): never {
  return value as never;
}

async function messageFor(services: unknown): Promise<string> {
  const backend = new FakeBackend();
  const error = await outcomeOf(startOn(backend, loose(services)));
  expect(error).toBeInstanceOf(ConfigurationError);
  expect(backend.calls).toEqual([]);
  return (error as ConfigurationError).message;
}

describe("an option that does not exist", () => {
  test.for<readonly [string, ServiceDefinition<unknown, unknown>, string]>([
    [
      "of postgres",
      postgres("postgres:17", loose({ databse: "x" })),
      "db, a postgres(), is not valid:\n  databse: is not an option; did you mean `database`?",
    ],
    [
      "of redis",
      redis("redis:8", loose({ pasword: "x" })),
      "db, a redis(), is not valid:\n  pasword: is not an option; did you mean `password`?",
    ],
    [
      "of any container",
      container("app:1", loose({ comand: ["x"] })),
      "db, a container(), is not valid:\n  comand: is not an option; did you mean `command`?",
    ],
    [
      "nested",
      postgres("postgres:17", loose({ limits: { memryBytes: 1 } })),
      "db, a postgres(), is not valid:\n  limits.memryBytes: is not an option; did you mean `memoryBytes`?",
    ],
    [
      "in a list",
      postgres("postgres:17", loose({ files: [{ target: "/a", content: "", mod: 1 }] })),
      "db, a postgres(), is not valid:\n  files.0.mod: is not an option; did you mean `mode`?",
    ],
    [
      "of one of several shapes",
      postgres("postgres:17", loose({ mounts: [{ type: "tmpfs", target: "/a", sizeBites: 1 }] })),
      "db, a postgres(), is not valid:\n  mounts.0.sizeBites: is not an option; did you mean `sizeBytes`?",
    ],
    [
      "of a port",
      container("app:1", loose({ ports: [{ containerPort: 80, hostPrt: 81 }] })),
      "db, a container(), is not valid:\n  ports.0.hostPrt: is not an option; did you mean `hostPort`?",
    ],
    [
      "of a probe",
      container("app:1", { health: http(loose({ port: 80, pth: "/" })) }),
      "db, a container(), is not valid:\n  health.pth: is not an option; did you mean `path`?",
    ],
    [
      "of a rule",
      redis("redis:8", loose({ resources: { rules: [{ metric: "pids", above: 1, action: "kill", coolDownMs: 1 }] } })),
      "db, a redis(), is not valid:\n  resources.rules.0.coolDownMs: is not an option; did you mean `cooldownMs`?",
    ],
    [
      "like no other",
      redis("redis:8", loose({ limits: { somethingElse: 1 } })),
      "db, a redis(), is not valid:\n" +
        "  limits.somethingElse: is not an option; known are cpuCores, cpuSet, cpuShares, disk, " +
        "memoryBytes, memoryReservationBytes, networkBitsPerSecond, pids, shmBytes, swapBytes, swappiness, ulimits",
    ],
  ])("%s is told, with the one that was meant", async ([, definition, message]) => {
    expect(await messageFor({ db: definition })).toBe(message);
  });
});

describe("a value of the wrong kind", () => {
  test.for<readonly [string, ServiceDefinition<unknown, unknown>, string]>([
    [
      "a number for a name",
      postgres("postgres:17", loose({ database: 3 })),
      "db, a postgres(), is not valid:\n  database: invalid input: expected string, received number",
    ],
    [
      "a name that is too long",
      postgres("postgres:17", { database: "ä".repeat(32) }),
      "db, a postgres(), is not valid:\n  database: must be at most 63 bytes long",
    ],
    [
      "a relative path in the container",
      container("app:1", { files: [{ target: "etc/a", content: "" }] }),
      "db, a container(), is not valid:\n  files.0.target: must be an absolute path in the container",
    ],
    [
      "neither source nor content",
      container("app:1", { files: [{ target: "/etc/a" }] }),
      "db, a container(), is not valid:\n  files.0: give either `source` or `content`",
    ],
    [
      "a rule about something else",
      redis("redis:8", loose({ resources: { rules: [{ metric: "memoryByte", above: 1, action: "kil" }] } })),
      "db, a redis(), is not valid:\n" +
        '  resources.rules.0.action: must be one of "alert", "throttle", "restart", "kill"; did you mean "kill"?',
    ],
    [
      "a metric that is none",
      redis("redis:8", loose({ resources: { rules: [{ metric: "memoryByte", above: 1, action: "kill" }] } })),
      "db, a redis(), is not valid:\n" +
        '  resources.rules.0.metric: must be one of "cpuCores", "cpuLimitRatio", "memoryBytes", "memoryLimitRatio", ' +
        '"layerBytes", "receivedBytesPerSecond", "sentBytesPerSecond", "pids", "pidsLimitRatio"; did you mean "memoryBytes"?',
    ],
    [
      "a throttle that does not say to what, a web hook that is none, and an interval that is too short",
      redis(
        "redis:8",
        loose({
          resources: { intervalMs: 9, rules: [{ metric: "pids", above: 1, action: "throttle", webhook: "ftp://a" }] },
        }),
      ),
      "db, a redis(), is not valid:\n" +
        "  resources.intervalMs: too small: expected number to be >=100\n" +
        "  resources.rules.0.toCpuCores: invalid input: expected number, received undefined\n" +
        "  resources.rules.0.webhook: must be an `http:` or `https:` address",
    ],
    [
      "an unreasonable port",
      container("app:1", { ports: [65_536] }),
      "db, a container(), is not valid:\n  ports.0: too big: expected number to be <=65535",
    ],
    [
      "an environment that is no text",
      container("app:1", loose({ env: { A: 1 } })),
      "db, a container(), is not valid:\n  env: must be an object of strings or a function",
    ],
    [
      "several things at once",
      redis("redis:8", loose({ databases: 2, hostPort: 0, pullPolicy: "sometimes" })),
      "db, a redis(), is not valid:\n" +
        '  pullPolicy: must be one of "missing", "always", "never"\n' +
        "  databases: too small: expected number to be >=3\n" +
        "  hostPort: too small: expected number to be >=1",
    ],
    [
      "an image with a space",
      container("my app:1"),
      "db, a container(), is not valid:\n  image: must be named as in `docker run`, for example `postgres:17-alpine`",
    ],
    [
      "no image",
      container(loose(undefined)),
      "db, a container(), is not valid:\n  image: invalid input: expected string, received undefined",
    ],
    [
      "a customizer that is no function",
      container("app:1", loose({ customizers: [{}] })),
      "db, a container(), is not valid:\n  customizers.0: must be a function",
    ],
  ])("is told: %s", async ([, definition, message]) => {
    expect(await messageFor({ db: definition })).toBe(message);
  });
});

describe("a configuration", () => {
  test.for(["bad name", "1st", "-a", "a-", "a.b", "", "ä"])("cannot call a service %j", async (name) => {
    expect(await messageFor({ [name]: service() })).toBe(
      `The configuration is not valid:\n  services.${name}: a service's name must be letters, digits, - and _, starting with a letter`,
    );
  });

  test.for(["a", "db", "Orders_DB-2"])("can call a service %j", async (name) => {
    await (await startOn(new FakeBackend(), { [name]: service() })).cleanup();
  });

  test("cannot hold what is no service", async () => {
    expect(await messageFor({ db: { image: "postgres:17" } })).toBe(
      "The configuration is not valid:\n  services.db: must be a service: postgres(), redis() or container()",
    );
  });

  test("is told of every problem, and of names that do not exist", async () => {
    const config = { servces: {}, services: {}, customizers: [1] };

    const error = await outcomeOf(CleanroomEnvironment.start(loose(config), { backend: new FakeBackend() }));

    expect((error as ConfigurationError).message).toBe(
      "The configuration is not valid:\n  customizers.0: must be a function\n  servces: is not an option; did you mean `services`?",
    );
  });

  test.for([null, 7, [], {}])("cannot be %j", async (config) => {
    const error = await outcomeOf(CleanroomEnvironment.start(loose(config), { backend: new FakeBackend() }));

    expect(error).toBeInstanceOf(ConfigurationError);
  });
});

describe("a factory", () => {
  test.for([
    ["bad name", "a b"],
    ["a path", "../x"],
  ] as const)("is not asked for a service that cannot be called so: %s", async ([, name]) => {
    const backend = new FakeBackend();
    await using environment = await startOn(backend, {});

    const error = await outcomeOf(environment.getOrCreateContainer(name, () => service()));

    expect(error).toMatchObject({
      message: `The name ${JSON.stringify(name)} is not valid:\n  a service's name must be letters, digits, - and _, starting with a letter`,
    });
    expect(backend.calls).toEqual([]);
  });

  test.for([undefined, null, "postgres:17", {}, { image: "postgres:17" }])(
    "that returns no service is told so: %j",
    async (made) => {
      await using environment = await startOn(new FakeBackend(), {});

      const error = await outcomeOf(environment.getOrCreateContainer("app", () => loose(made)));

      expect(error).toMatchObject({
        code: "CLEANROOM_CONFIGURATION",
        message: "What describes app is not valid:\n  must be a service: postgres(), redis() or container()",
      });
    },
  );
});

describe("images are substituted", () => {
  async function imageWith(substitutions: Record<string, string>, fromEnvironment = ""): Promise<string | undefined> {
    vi.stubEnv("CLEANROOM_IMAGE_SUBSTITUTIONS", fromEnvironment);
    try {
      const backend = new FakeBackend();
      await using _environment = await startOn(
        backend,
        { app: service({}, "app:1") },
        { imageSubstitutions: substitutions },
      );
      return backend.containers[0]?.spec.image;
    } finally {
      vi.unstubAllEnvs();
    }
  }

  test("as the configuration says", async () => {
    expect(await imageWith({ "app:*": "mirror.example/app:2" })).toBe("mirror.example/app:2");
    expect(await imageWith({ "other:*": "mirror.example/app:2" })).toBe("app:1");
  });

  test("as the environment says, which wins", async () => {
    expect(await imageWith({ "app:*": "from-config" }, "app:*=from-environment")).toBe("from-environment");
    expect(await imageWith({ "app:*": "from-config" }, "other:*=from-environment")).toBe("from-config");
  });

  test("by what the environment says only when that can be read", async () => {
    await expect(imageWith({}, "app:1")).rejects.toThrow(
      'CLEANROOM_IMAGE_SUBSTITUTIONS is not valid:\n  "app:1" must be `pattern=image`, for example `postgres:*=mirror.example/postgres:17`',
    );
  });
});

describe("customizers", () => {
  test("of the environment come before those of the service", async () => {
    const backend = new FakeBackend();
    const adding =
      (name: string) =>
      (spec: { readonly env: Readonly<Record<string, string>> }): never =>
        ({ ...spec, env: { ...spec.env, [name]: Object.keys(spec.env).join() } }) as never;

    await using _environment = await startOn(
      backend,
      { app: service({ env: { A: "1" }, customizers: [adding("SECOND")] }) },
      { customizers: [adding("FIRST")] },
    );

    expect(backend.containers[0]?.spec.env).toEqual({ A: "1", FIRST: "A", SECOND: "A,FIRST" });
  });

  test("that throw pass on what they threw, and nothing is made", async () => {
    const backend = new FakeBackend();
    const failure = new RangeError("not with me");
    const throwing = (): never => {
      throw failure;
    };

    await expect(startOn(backend, { app: service({ customizers: [throwing] }) })).rejects.toBe(failure);

    expect(backend.containers).toEqual([]);
  });
});
