import { describe, expect, test } from "vitest";
import type { ServiceDefinition } from "../../../src/index.ts";
import {
  all,
  any,
  command,
  container,
  disk,
  file,
  healthCheck,
  http,
  memory,
  not,
  postgres,
  redis,
  sequence,
  tcp,
} from "../../../src/index.ts";
import { outcomeOf } from "../support/outcome.ts";

/** What a JavaScript user may write, where the types do not help. */
function loose(value: unknown): never {
  return value as never;
}

/** What is wrong with a service called `it`, a line each. */
async function problemsOf(definition: ServiceDefinition<unknown, unknown>): Promise<unknown> {
  const outcome = await outcomeOf((await definition.load()).validate("it"));
  return outcome instanceof Error ? outcome.message.split("\n  ").slice(1) : outcome;
}

const parts = { open: () => undefined, attach: () => ({}) };
const openIs = "must be a function that gives what makes and removes parts";
const attachIs = "must be a function of a part's name that gives what its holder gets";
const notWithParts = "is for whole containers, and `parts` divides one; a part is reset by what its `open` gives";

const notAProbe =
  "must be a probe, such as http(), tcp(), command(), file(), all() or any(), or an object with `name` and `check`";

const notACheck =
  "must be an object with `command`, `intervalMs`, `timeoutMs`, `retries` or `startPeriodMs`, or `false`";
const noAnswer = "is for a probe that says what the answer is: give `answerIncludes` as well";

describe("in an option of several shapes, what is wrong is told of the one that was meant", () => {
  test.for<readonly [unknown, ...string[]]>([
    [
      { kind: "tcp", prt: 80 },
      "health.port: invalid input: expected number, received undefined",
      "health.prt: is not an option; did you mean `port`?",
    ],
    [
      { kind: "htp", port: 80 },
      'health.kind: must be one of "tcp", "postgres", "redis", "http", "command", "file", "disk", "memory", "healthCheck", "not", "all", "any", "sequence"; did you mean "http"?',
    ],
    [
      { kind: "all", probes: [{ kind: "http", port: 80, status: "x" }] },
      "health.probes.0.status: must be a status code, a list of them, or a function of one",
    ],
    [
      { kind: "any", probes: [{ kind: "file", path: "relative" }] },
      "health.probes.0.path: must be an absolute path in the container",
    ],
    [
      { kind: "http", port: 80, status: [200, "x"] },
      "health.status.1: invalid input: expected number, received string",
    ],
    [{ kind: "tcp", port: 80, send: "PING" }, `health.send: ${noAnswer}`],
    [{ kind: "disk", path: "data" }, "health.path: must be an absolute path in the container"],
    [{ kind: "memory", maxUsedRatio: 90 }, "health.maxUsedRatio: too big: expected number to be <=1"],
    [{ kind: "http", port: 80, redirect: "error" }, 'health.redirect: must be one of "accept", "follow", "reject"'],
    [{ kind: "not", probe: { kind: "tcp" } }, "health.probe.port: invalid input: expected number, received undefined"],
    [{ port: 80 }, `health: ${notAProbe}`],
    [{ name: "mine", chek: () => undefined }, `health: ${notAProbe}`],
    [true, `health: ${notAProbe}, or \`false\``],
    [{ ...command([]) }, "health.command: too small: expected array to have >=1 items"],
  ])("a probe: %j", async ([health, ...problems]) => {
    expect(await problemsOf(container("app:1", loose({ health })))).toEqual(problems);
  });

  test("every probe that can be made is fine", async () => {
    const health = sequence(
      not(tcp(80, { send: "PING", answerIncludes: "PONG" })),
      http({ port: 80, status: (status) => status < 300, redirect: "follow", bodyMatches: /^up$/, headersInclude: {} }),
      file("/a", { modifiedWithinMs: 1_000 }),
      any(
        all(disk(), memory()),
        disk({ path: "/data", maxUsedRatio: 1 }),
        memory({ maxUsedRatio: 0.5 }),
        healthCheck(),
      ),
    );

    expect(await problemsOf(container("app:1", { health }))).toBeUndefined();
  });

  test.for<readonly [unknown, ...string[]]>([
    [{ comand: ["x"] }, "healthCheck.comand: is not an option; did you mean `command`?"],
    [{ intervalMs: 0 }, "healthCheck.intervalMs: too small: expected number to be >0"],
    [true, `healthCheck: ${notACheck}`],
  ])("a health check: %j", async ([healthCheck, ...problems]) => {
    expect(await problemsOf(container("app:1", loose({ healthCheck })))).toEqual(problems);
  });

  test.for<readonly [unknown, ...string[]]>([
    [
      [{ containerPrt: 80 }],
      "ports.0.containerPort: invalid input: expected number, received undefined",
      "ports.0.containerPrt: is not an option; did you mean `containerPort`?",
    ],
    [[{ containerPort: 80, protocol: "tpc" }], 'ports.0.protocol: must be one of "tcp", "udp"; did you mean "tcp"?'],
    [["80"], "ports.0: must be a port from 1 to 65535, or an object with `containerPort`"],
    [
      [80, { containerPort: 53, protocol: "udp" }, { containerPort: 53 }, { containerPort: 80, hostPort: 81 }],
      "ports.3: 80/tcp is published by `ports.0` already",
    ],
    [
      [{ containerPort: 80, hostAddress: "localhost" }],
      "ports.0.hostAddress: must be an IP address, for example `127.0.0.1`",
    ],
    [
      [{ containerPort: 80, hostAddress: "999.0.0.1" }],
      "ports.0.hostAddress: must be an IP address, for example `127.0.0.1`",
    ],
  ])("ports: %j", async ([ports, ...problems]) => {
    expect(await problemsOf(container("app:1", loose({ ports })))).toEqual(problems);
  });

  test("ports that differ in number or protocol are fine", async () => {
    const ports = [80, { containerPort: 80, protocol: "udp" }, { containerPort: 81, hostAddress: "::1" }] as const;

    expect(await problemsOf(container("app:1", { ports }))).toBeUndefined();
  });

  test.for<readonly [unknown, ...string[]]>([
    [
      { type: "tmpfs", target: "/a", readOnli: true },
      "mounts.0.readOnli: is not an option; known are sizeBytes, target, type",
    ],
    [
      { type: "bnd", source: "a", target: "/a" },
      'mounts.0.type: must be one of "bind", "volume", "cache", "tmpfs"; did you mean "bind"?',
    ],
    [{ target: "/a" }, "mounts.0: must be an object whose `type` is `bind`, `volume`, `cache` or `tmpfs`"],
    ["/a:/b", "mounts.0: must be an object whose `type` is `bind`, `volume`, `cache` or `tmpfs`"],
    [{ type: "bind", target: "/a" }, "mounts.0.source: invalid input: expected string, received undefined"],
  ])("a mount: %j", async ([mount, ...problems]) => {
    expect(await problemsOf(postgres("postgres:17", loose({ mounts: [mount] })))).toEqual(problems);
  });

  test.for<readonly [unknown, ...string[]]>([
    [{ reset: "flushall" }, "isolation.reset: must be http(), command(), or a function of the container"],
    [{ reset: tcp(80) }, 'isolation.reset.kind: must be one of "http", "command"; did you mean "http"?'],
    [{ reset: { kind: "http", prt: 80, port: 80 } }, "isolation.reset.prt: is not an option; did you mean `port`?"],
    [{ reset: command([]) }, "isolation.reset.command: too small: expected array to have >=1 items"],
    [{ per: "suite" }, 'isolation.per: must be one of "test", "file", "worker"'],
    [{ rest: () => undefined }, "isolation.rest: is not an option; did you mean `reset`?"],
    [{ keepFailedMs: 1 }, "isolation.keepFailedMs: is not an option; known are parts, per, reset, resetTimeoutMs"],
    [{ resetTimeoutMs: 5 }, "isolation.resetTimeoutMs: is for a `reset`"],
    [{ parts }],
    [{ parts: undefined }],
    [{ parts: { ...parts, fingerprint: ["a", { b: 1 }], prepare: () => undefined }, per: "file" }],
    [{ parts: {} }, `isolation.parts.open: ${openIs}`, `isolation.parts.attach: ${attachIs}`],
    [{ parts: { ...parts, prepare: "a" } }, "isolation.parts.prepare: must be a function of the server"],
    [{ parts: { ...parts, fingerprint: () => 1 } }, "isolation.parts.fingerprint: must be what JSON can hold"],
    [
      { parts: { ...parts, fingerprnt: 1 } },
      "isolation.parts.fingerprnt: is not an option; did you mean `fingerprint`?",
    ],
    [{ parts: [] }, "isolation.parts: invalid input: expected object, received array"],
    [
      { parts, reset: command(["a"]), resetTimeoutMs: 1 },
      `isolation.reset: ${notWithParts}`,
      `isolation.resetTimeoutMs: ${notWithParts}`,
    ],
    [{ reset: command(["a"]), resetTimeoutMs: 0 }, "isolation.resetTimeoutMs: too small: expected number to be >0"],
  ])("isolation of a container: %j", async ([isolation, ...problems]) => {
    expect(await problemsOf(container("app:1", loose({ isolation })))).toEqual(
      problems.length === 0 ? undefined : problems,
    );
  });

  test("what only one of several containers can have is refused with isolation, and only then", async () => {
    const options = {
      ports: [80, { containerPort: 81, hostPort: 8081 }],
      mounts: [
        { type: "volume", source: "a", target: "/a" },
        { type: "volume", source: "b", target: "/b", readOnly: true },
        { type: "bind", source: "c", target: "/c" },
      ],
    } as const;

    expect(await problemsOf(container("app:1", { ...options, isolation: {} }))).toEqual([
      "ports.1.hostPort: cannot be fixed where each holder has a container: there may be several",
      "mounts.0: a volume outlives the container, so where each holder has one it must be `readOnly: true`",
    ]);
    const { mounts } = options;
    expect(await problemsOf(redis("redis:8", { hostPort: 6379, mounts, isolation: { mode: "server" } }))).toEqual([
      "hostPort: cannot be fixed where each holder has a container: there may be several",
      "mounts.0: a volume outlives the container, so where each holder has one it must be `readOnly: true`",
    ]);
    expect(await problemsOf(redis("redis:8", { hostPort: 6379, mounts, isolation: {} }))).toBeUndefined();
    expect(await problemsOf(redis("redis:8", { isolation: loose({ mode: "servr" }) }))).toEqual([
      expect.stringContaining("isolation.mode: "),
    ]);
    expect(await problemsOf(container("app:1", options))).toBeUndefined();
  });

  test.for<readonly [unknown, string]>([
    [true, "password: must be text, or `false` for none"],
    ["", "password: too small: expected string to have >=1 characters"],
    ["a\nb", "password: must be one line"],
  ])("a password: %j", async ([password, problem]) => {
    expect(await problemsOf(redis("redis:8", loose({ password })))).toEqual([problem]);
  });
});

describe("options that are no options", () => {
  test.for([null, 7, "x", [], true])("are refused for every kind: %j", async (options) => {
    for (const definition of [
      postgres("a:1", loose(options)),
      redis("a:1", loose(options)),
      container("a:1", loose(options)),
    ]) {
      expect(await problemsOf(definition)).toEqual([
        expect.stringMatching(/^options: invalid input: expected object, received \w+$/),
      ]);
    }
  });

  test.for([null, 7, "", {}, ["postgres:17"]])("nor is an image that is no name: %j", async (image) => {
    for (const definition of [postgres(loose(image)), redis(loose(image)), container(loose(image))]) {
      expect(await problemsOf(definition)).toEqual([expect.stringMatching(/^image: /)]);
    }
  });
});

test.for(["cleanroom_template", "cleanroom_template_reset"])(
  "Cleanroom's template %s is not a name for a database",
  async (database) => {
    expect(await problemsOf(postgres("postgres:17", { database }))).toEqual([
      "database: is what Cleanroom calls its own template; choose another name",
    ]);
  },
);

test.for(["postgres", "template0", "template1"])(
  "nor is %s one for the user's database, unless he is the superuser",
  async (database) => {
    expect(await problemsOf(postgres("postgres:17", { database }))).toEqual([
      "database: is a database of the server itself; choose another name, or set `superuser: true`",
    ]);
    expect(await problemsOf(postgres("postgres:17", { database, superuser: true }))).toBeUndefined();
  },
);

test("nor is its own superuser one for a user, unless that is the superuser", async () => {
  expect(await problemsOf(postgres("postgres:17", { username: "cleanroom" }))).toEqual([
    "username: is what Cleanroom calls its own superuser; choose another name",
  ]);
  expect(await problemsOf(postgres("postgres:17", { username: "cleanroom", superuser: true }))).toBeUndefined();
});

test.for<readonly [object, string]>([
  [{ superuser: "yes" }, "superuser: invalid input: expected boolean, received string"],
  [{ extensions: "pgcrypto" }, "extensions: invalid input: expected array, received string"],
  [{ extensions: [""] }, "extensions.0: too small: expected string to have >=1 characters"],
  [{ migrate: { inputs: [] } }, "migrate: give either `run` or `command`"],
  [{ migrate: { run: () => undefined, command: ["x"], inputs: [] } }, "migrate: give either `run` or `command`"],
  [{ migrate: { run: "x", inputs: [] } }, "migrate.run: must be a function"],
  [{ migrate: { command: [], inputs: [] } }, "migrate.command: too small: expected array to have >=1 items"],
  [{ migrate: { command: ["x"], input: [], inputs: [] } }, "migrate.input: is not an option; did you mean `inputs`?"],
  [{ migrate: { command: ["x"] } }, "migrate.inputs: invalid input: expected array, received undefined"],
  [{ migrate: { run: () => undefined, env: () => ({}), inputs: [] } }, "migrate.env: is for a `command`"],
  [{ seeds: "x.sql" }, "seeds: invalid input: expected array, received string"],
  [
    { isolation: { mode: "restet" } },
    'isolation.mode: must be one of "clone", "reset", "transaction", "schema"; did you mean "reset"?',
  ],
  [{ isolation: { ignoredTables: ["a"] } }, 'isolation.ignoredTables: is for `mode: "reset"`'],
  [
    { isolation: { mode: "reset", ignoredTables: "a" } },
    "isolation.ignoredTables: invalid input: expected array, received string",
  ],
  [
    { isolation: { mode: "reset" }, superuser: true },
    'isolation.mode: cannot be "reset" with `superuser: true`, who can do what a reset does not undo; use "clone"',
  ],
  [{ database: "cleanroom_schemas" }, "database: is what Cleanroom calls a database of its own; choose another name"],
  [{ extension: ["pgcrypto"] }, "extension: is not an option; did you mean `extensions`?"],
])("postgres refuses %j", async ([options, problem]) => {
  expect(await problemsOf(postgres("postgres:17", loose(options)))).toEqual([problem]);
});

test.for(["1", "2", "x", "", "1e9", "3.5", "100001"])(
  "redis cannot have %j databases by its settings",
  async (databases) => {
    expect(await problemsOf(redis("redis:8", { settings: { databases } }))).toEqual([
      "settings.databases: must be a whole number from 3 to 100000",
    ]);
  },
);

test("redis takes the number of databases by its settings as by its option, written the same", async () => {
  expect(await problemsOf(redis("redis:8", { settings: { databases: "3" } }))).toBeUndefined();
  expect(await problemsOf(redis("redis:8", { settings: { Databases: "1" } }))).toEqual([
    "settings.Databases: must be written `databases`",
  ]);
});

describe("how a service is divided among tests", () => {
  test.for<readonly [unknown, ...string[]]>([
    [{ per: "suite" }, 'isolation.per: must be one of "test", "file", "worker"'],
    [{ pre: "file" }, "isolation.pre: is not an option; did you mean `per`?"],
    ["file", "isolation: invalid input: expected object, received string"],
    [{ per: "worker" }],
    [{}],
  ])("%j", async ([isolation, ...problems]) => {
    const expected = problems.length === 0 ? undefined : problems;
    expect(await problemsOf(postgres("postgres:17", loose({ isolation })))).toEqual(expected);
    expect(await problemsOf(redis("redis:8", loose({ isolation })))).toEqual(expected);
  });

  test.for<readonly [unknown, ...string[]]>([
    [
      { mode: "transactions" },
      'isolation.mode: must be one of "clone", "reset", "transaction", "schema"; did you mean "transaction"?',
    ],
    [
      { mode: "transaction", keepFailedMs: 5 },
      'isolation.keepFailedMs: is of no use with the mode "transaction": what is rolled back cannot be looked at',
    ],
    [
      { mode: "transaction", dumpFailed: true },
      'isolation.dumpFailed: is of no use with the mode "transaction": only databases are dumped',
    ],
    [
      { mode: "schema", dumpFailed: true },
      'isolation.dumpFailed: is of no use with the mode "schema": only databases are dumped',
    ],
    [{ mode: "transaction", keepFailedMs: 0, dumpFailed: false, per: "file" }],
    [{ mode: "clone", keepFailedMs: 5 }],
  ])("of PostgreSQL: %j", async ([isolation, ...problems]) => {
    const expected = problems.length === 0 ? undefined : problems;
    expect(await problemsOf(postgres("postgres:17", loose({ isolation })))).toEqual(expected);
  });

  test("redis has nothing to keep or to dump", async () => {
    const isolation = { keepFailedMs: 1, dumpFailed: true };
    expect(await problemsOf(redis("redis:8", loose({ isolation })))).toEqual([
      "isolation.keepFailedMs: is not an option; known are mode, per",
      "isolation.dumpFailed: is not an option; known are mode, per",
    ]);
  });
});

describe("environment variables for a part", () => {
  const asked = (variables: unknown, isolation = {}): object => loose({ variables, isolation });

  test.for<readonly [ServiceDefinition<unknown, unknown>, ...string[]]>([
    [
      postgres("postgres:17", asked({ DATABASE_URL: "ulr" })),
      'variables.DATABASE_URL: must be a function, or one of "url", "connectionString", "networkUrl", "host", "port", ' +
        '"username", "password", "database", "schema"; did you mean "url"?',
    ],
    [
      postgres("postgres:17", asked({ PGDATABASE: "schema" })),
      'variables.PGDATABASE: must not be "schema": only the mode "schema" has one',
    ],
    [
      postgres("postgres:17", asked({ PGDATABASE: "database" }, { mode: "transaction" })),
      'variables.PGDATABASE: is of no use with the mode "transaction", which no other program can take part in',
    ],
    [
      redis("redis:8", asked({ CLEANROOM_URL_CACHE: "url" })),
      "variables.CLEANROOM_URL_CACHE: must not begin with CLEANROOM_, as Cleanroom's own variables do",
    ],
    [
      container("app:1", loose({ variables: { APP_URL: "address" } })),
      'variables.APP_URL: must be a function, or one of "url", "networkUrl", "host", "networkHost", "name", "id", "image"',
    ],
  ])("are refused: %#", async ([definition, ...problems]) => {
    expect(await problemsOf(definition)).toEqual(problems);
  });

  test("may be properties of it and functions", async () => {
    const isolation = { mode: "schema", per: "file" } as const;
    const variables = {
      DATABASE_URL: "url",
      PGPORT: "port",
      SCHEMA: ({ schema }: { schema: string }) => schema,
    } as const;
    expect(await problemsOf(postgres("postgres:17", { isolation, variables }))).toBeUndefined();
  });
});

const rule = { metric: "memoryLimitRatio", above: 0.5, action: "alert" } as const;

describe("resources", () => {
  test.for<readonly [object, ...string[]]>([
    [{ intervalMs: 50 }, "resources.intervalMs: too small: expected number to be >=100"],
    [{ rules: [{ ...rule, above: 90 }] }, "resources.rules.0.above: must be a share of the limit, below 1"],
    [{ rules: [{ ...rule, above: NaN }] }, "resources.rules.0.above: invalid input: expected number, received NaN"],
    [{ rules: [{ ...rule, above: -1 }] }, "resources.rules.0.above: too small: expected number to be >=0"],
    [{ rules: [{ ...rule, maxActions: 0 }] }, "resources.rules.0.maxActions: too small: expected number to be >0"],
    [{ rules: [{ ...rule, cooldown: 5 }] }, "resources.rules.0.cooldown: is not an option; did you mean `cooldownMs`?"],
    [{ rules: [{ ...rule, webhook: "ftp://x" }] }, "resources.rules.0.webhook: must be an `http:` or `https:` address"],
    [
      { rules: [rule, { ...rule, action: "throttle", toCpuCores: 0.6 }] },
      "resources.rules.1.toCpuCores: must not be above `limits.cpuCores`, which is 0.5",
    ],
  ])("%j", async ([resources, ...problems]) => {
    const options = loose({ limits: { cpuCores: 0.5 }, resources });
    expect(await problemsOf(container("app:1", options))).toEqual(problems);
    expect(await problemsOf(redis("redis:8", options))).toEqual(problems);
    expect(await problemsOf(postgres("postgres:17", options))).toEqual(problems);
  });

  test("that go together are taken", async () => {
    const throttle = { metric: "cpuCores", above: 1.5, action: "throttle", toCpuCores: 0.5 } as const;
    const resources = { rules: [throttle, { ...rule, above: 0.9, maxActions: 1 }] } as const;
    expect(await problemsOf(container("app:1", { limits: { cpuCores: 2 }, resources }))).toBeUndefined();
    expect(await problemsOf(container("app:1", { resources }))).toBeUndefined();
  });
});

describe("limits", () => {
  test.for<readonly [unknown, ...string[]]>([
    [{ cpuCores: 0.001 }, "limits.cpuCores: too small: expected number to be >=0.01"],
    [{ cpuCores: NaN }, "limits.cpuCores: invalid input: expected number, received NaN"],
    [{ memoryReservationBytes: 1_000_000 }, "limits.memoryReservationBytes: the engine's least is 6 MiB"],
    [{ cpuSet: "0;1" }, "limits.cpuSet: must name cores, for example `0`, `0-1` or `0,2`"],
    [{ cpuSet: "0", cpuCores: 1.5 }, "limits.cpuCores: must not be more than `cpuSet` names, which is 1"],
    [{ cpuShares: 1 }, "limits.cpuShares: too small: expected number to be >=2"],
    [{ swapBytes: 5 }, "limits.swapBytes: is beyond `memoryBytes`, so give that as well"],
    [
      { memoryBytes: 64_000_000, memoryReservationBytes: 65_000_000 },
      "limits.memoryReservationBytes: must not be above `memoryBytes`, which is 64000000",
    ],
    [{ swappiness: 101 }, "limits.swappiness: too big: expected number to be <=100"],
    [{ ulimits: { nofiles: 5 } }, "limits.ulimits.nofiles: is not an option; did you mean `nofile`?"],
    [{ ulimits: { nofile: { soft: 9, hard: 8 } } }, "limits.ulimits.nofile.soft: must not be above `hard`, which is 8"],
    [
      { ulimits: { nofile: { soft: -1, hard: 8 } } },
      "limits.ulimits.nofile.soft: must not be above `hard`, which is 8",
    ],
    [{ ulimits: { nofile: -2 } }, "limits.ulimits.nofile: must be -1 (no limit) or more"],
    [{ ulimits: { nofile: "8" } }, "limits.ulimits.nofile: must be a number, or an object with `soft` and `hard`"],
    [{ disk: 5 }, "limits.disk: invalid input: expected object, received number"],
    [
      { disk: { bytes: 5, by: "moniter" } },
      'limits.disk.by: must be one of "engine", "monitor"; did you mean "monitor"?',
    ],
    [{ networkBitsPerSecond: 5 }, "limits.networkBitsPerSecond: must be at least 8000: a kilobyte each second"],
    [{ networkBitsPerSecond: {} }, "limits.networkBitsPerSecond: give `send`, `receive` or both"],
    [
      { networkBitsPerSecond: { send: 9_000, recieve: 9_000 } },
      "limits.networkBitsPerSecond.recieve: is not an option; did you mean `receive`?",
    ],
  ])("%j", async ([limits, ...problems]) => {
    expect(await problemsOf(container("app:1", loose({ limits })))).toEqual(problems);
    expect(await problemsOf(redis("redis:8", loose({ limits })))).toEqual(problems);
  });

  test("that go together are taken", async () => {
    const limits = {
      ...{ cpuCores: 2, cpuSet: "0-1", cpuShares: 512, pids: 20, shmBytes: 1 },
      ...{ memoryBytes: 64_000_000, memoryReservationBytes: 64_000_000, swapBytes: 0, swappiness: 0 },
      ulimits: { nofile: 1_000, nproc: { soft: 5, hard: -1 }, memlock: -1 },
      disk: { bytes: 1 },
      networkBitsPerSecond: { receive: 8_000 },
    };
    expect(await problemsOf(container("app:1", { limits }))).toBeUndefined();
  });

  test("of processor time are refused twice", async () => {
    const engineOptions = { HostConfig: { CpuQuota: 50_000 } };
    expect(await problemsOf(container("app:1", { engineOptions, limits: { cpuCores: 1 } }))).toEqual([
      "engineOptions.HostConfig.CpuQuota: cannot be combined with `limits.cpuCores`, which is a quota of a period of 100 ms",
    ]);
    expect(await problemsOf(container("app:1", { engineOptions, limits: { cpuSet: "0" } }))).toBeUndefined();
  });

  test("of the kernel that belong to the machine are refused among the engine's options", async () => {
    const engineOptions = { HostConfig: { Sysctls: { "net.core.rmem_max": "1", "net.core.somaxconn": "1" } } };
    expect(await problemsOf(container("app:1", { engineOptions }))).toEqual([
      "engineOptions.HostConfig.Sysctls.net.core.rmem_max: belongs to the whole machine, so no container can have its own; " +
        "set it where the engine runs",
    ]);
  });
});

describe("what a container is given", () => {
  const sources = "give either `value`, `variable` or `file`";

  test.for<readonly [object, ...string[]]>([
    [{ envFiles: [""] }, "envFiles.0: too small: expected string to have >=1 characters"],
    [{ secrets: { "a/b": "x" } }, "secrets.a/b: must be a file name: letters, digits, `_`, `.` and `-`"],
    [{ secrets: { a: {} } }, `secrets.a: ${sources}`],
    [{ secrets: { a: { value: "x", file: "y" } } }, `secrets.a: ${sources}`],
    [
      { secrets: { a: { vlue: "x" } } },
      "secrets.a.vlue: is not an option; did you mean `value`?",
      `secrets.a: ${sources}`,
    ],
    [
      { secrets: { a: { value: "x", env: "a-b" } } },
      "secrets.a.env: must be the name of an environment variable: letters, digits and _",
    ],
    [{ secrets: { a: 5 } }, "secrets.a: must be text, or an object with `value`, `variable` or `file`"],
    [{ init: ["npm run seed"] }, "init.0: must be a command as its arguments, or an object with `command`"],
    [
      { init: [{ comand: ["x"] }] },
      "init.0.command: invalid input: expected array, received undefined",
      "init.0.comand: is not an option; did you mean `command`?",
    ],
    [{ limits: true }, "limits: must be an object, such as `{ memoryBytes, pids }`, or `false`"],
    [{ ports: [{ containerPort: 80, hostPort: { from: 9, to: 8 } }] }, "ports.0.hostPort.to: must not be below `from`"],
    [
      { ports: [{ containerPort: 80, hostPort: "8080" }] },
      "ports.0.hostPort: must be a port from 1 to 65535, or an object with `from` and `to`",
    ],
    [
      { mounts: [{ type: "volume", target: "/a", noCopy: "yes" }] },
      "mounts.0.noCopy: invalid input: expected boolean, received string",
    ],
  ])("%j", async ([options, ...problems]) => {
    expect(await problemsOf(container("app:1", loose(options)))).toEqual(problems);
  });

  test("is fine where each holder has a container, if it is the container's own", async () => {
    const ports = [{ containerPort: 80, hostPort: { from: 8_000, to: 8_099 } }];
    const mounts = [{ type: "volume", target: "/data" }] as const;

    expect(await problemsOf(container("app:1", { isolation: {}, ports, mounts, limits: false }))).toBeUndefined();
  });
});
