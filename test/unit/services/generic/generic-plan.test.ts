import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ServicePlan } from "../../../../src/container/service-plan.ts";
import { all, ConfigurationError, container, healthCheck, http, tcp } from "../../../../src/index.ts";
import type { ContainerOptions, HealthProbe, Probe } from "../../../../src/index.ts";
import { outcomeOf } from "../../support/outcome.ts";
import { contextWith, directoryWith } from "../../support/plans.ts";
import { containerKey } from "../../../../src/spec/key.ts";

async function plan(options: ContainerOptions = {}, context = contextWith()): Promise<ServicePlan> {
  const kind = await container("app:1", options).load();
  return (await kind.plan(context))({});
}

describe("a plan of any container", () => {
  test("is complete without options: it is ready as soon as it runs", async () => {
    const { spec, probe, prepare, details, fingerprint } = await plan();

    expect(spec).toMatchObject({ image: "app:1", env: {}, ports: [], files: [], mounts: [], engineOptions: {} });
    expect(Object.keys(spec)).not.toContain("command");
    expect([probe, prepare, details, fingerprint]).toEqual([undefined, undefined, {}, { probe: null }]);
  });

  test("waits for every published TCP port unless it is told otherwise", async () => {
    expect((await plan({ ports: [80, { containerPort: 53, protocol: "udp" }, 81] })).probe).toEqual(
      all(tcp(80), tcp(81)),
    );
    expect((await plan({ ports: [{ containerPort: 53, protocol: "udp" }] })).probe).toBeUndefined();
    expect((await plan({ ports: [80], health: false })).probe).toBeUndefined();
    expect((await plan({ ports: [80], health: http({ port: 80 }) })).probe).toEqual(http({ port: 80 }));
  });

  test("waits for the engine's check as well where it has one of its own", async () => {
    const check = { command: ["ready"] };

    expect((await plan({ ports: [80], healthCheck: check })).probe).toEqual(all(tcp(80), healthCheck()));
    expect((await plan({ healthCheck: check })).probe).toEqual(all(healthCheck()));
    expect((await plan({ ports: [80], healthCheck: false })).probe).toEqual(all(tcp(80)));
    expect((await plan({ healthCheck: check, health: tcp(80) })).probe).toEqual(tcp(80));
    expect((await plan({ healthCheck: check })).spec.healthCheck).toEqual(check);
  });

  test("reads files of variables that begin with a byte order mark", async () => {
    await using directory = await directoryWith({ "web.env": "\uFEFFA=1\nB=2\n" });

    const { spec } = await plan({ envFiles: ["web.env"] }, contextWith({ rootDirectory: directory.path }));

    expect(spec.env).toEqual({ A: "1", B: "2" });
  });

  test("keeps the shell that puts secrets into the environment", async () => {
    const engineOptions = { Entrypoint: ["/bin/app"] };
    const inEnvironment = plan({ engineOptions, secrets: { token: { value: "t", env: "TOKEN" } } });

    expect(((await outcomeOf(inEnvironment)) as Error).message).toBe(
      "db is not valid:\n" +
        "  engineOptions.Entrypoint: cannot be combined with `secrets` that have `env`; use the option `entrypoint`",
    );
    expect((await plan({ engineOptions, secrets: { token: "t" } })).spec.engineOptions).toEqual(engineOptions);
  });

  test("takes everything about the process, and what the engine knows besides", async () => {
    const { spec } = await plan({
      ports: [{ containerPort: 80, hostPort: 8080, hostAddress: "0.0.0.0" }],
      env: { A: "1" },
      command: ["serve"],
      entrypoint: ["/bin/app"],
      user: "app",
      workingDirectory: "/srv",
      hostname: "web",
      hostAccess: true,
      engineOptions: { HostConfig: { Init: true } },
      security: { privileged: true, addCapabilities: ["NET_ADMIN"] },
    });

    expect(spec).toMatchObject({
      ports: [{ containerPort: 80, protocol: "tcp", hostPort: 8080, hostAddress: "0.0.0.0" }],
      env: { A: "1" },
      command: ["serve"],
      entrypoint: ["/bin/app"],
      user: "app",
      workingDirectory: "/srv",
      hostname: "web",
      hasHostAccess: true,
      engineOptions: { HostConfig: { Init: true } },
      security: { isPrivileged: true, addCapabilities: ["NET_ADMIN"], hasReadOnlyRootFilesystem: false },
    });
  });

  test("makes the environment from the handles of what it depends on", async () => {
    const options: ContainerOptions = { env: (handles) => ({ NAMES: Object.keys(handles).join() }) };
    const kind = await container("app:1", options).load();

    const { spec } = (await kind.plan(contextWith()))({ db: {}, cache: {} });

    expect(spec.env).toEqual({ NAMES: "db,cache" });
  });

  test("leaves the options as they were, and open to change", async () => {
    const options = { labels: { a: "1" }, command: ["x"], engineOptions: { HostConfig: {} }, limits: { pids: 5 } };
    const before = structuredClone(options);

    await plan(options);

    expect(options).toEqual(before);
    expect(Object.values(options).some(Object.isFrozen)).toBe(false);
  });

  test("has a key that follows its probe, a probe of the user's own included", async () => {
    const keyWith = async (health: ContainerOptions["health"]): Promise<string> => {
      const { spec, fingerprint } = await plan(health === undefined ? {} : { health });
      return containerKey(spec, fingerprint);
    };

    const keys = await Promise.all([
      keyWith(undefined),
      keyWith(tcp(80)),
      keyWith(tcp(81)),
      keyWith({ name: "mine", check: () => Promise.resolve() }),
      keyWith({ name: "mine", check: async () => Promise.reject(new TypeError()) }),
    ]);

    expect(new Set(keys).size).toBe(keys.length);
    expect(await keyWith(tcp(80))).toBe(keys[1]);
  });

  test("has a key that follows how a container is reset", async () => {
    const keyWith = async (isolation?: ContainerOptions["isolation"]): Promise<string> => {
      const { spec, fingerprint } = await plan(isolation === undefined ? {} : { isolation });
      return containerKey(spec, fingerprint);
    };

    const keys = await Promise.all([
      keyWith(),
      keyWith({}),
      keyWith({ reset: http({ port: 80 }) }),
      keyWith({ reset: http({ port: 81 }) }),
      keyWith({ reset: (own) => own.exec(["clear"]) }),
      keyWith({ reset: (own) => own.exec(["empty"]) }),
    ]);

    expect(new Set(keys).size).toBe(keys.length);
    expect(await keyWith({ per: "file", resetTimeoutMs: 1, reset: http({ port: 80 }) })).toBe(keys[2]);
  });

  test("tells functions of the user's own in a probe apart by their text", async () => {
    const fingerprintOf = async (isAccepted: (status: number) => boolean): Promise<unknown> =>
      (await plan({ health: http({ port: 80, status: isAccepted }) })).fingerprint;
    const below300 = await fingerprintOf((status) => status < 300);

    expect(await fingerprintOf((status) => status < 300)).toEqual(below300);
    expect(await fingerprintOf((status) => status < 400)).not.toEqual(below300);
  });

  test("has a key also where a probe of the user's own holds what cannot be written down", async () => {
    class Replica implements HealthProbe {
      readonly name: string;
      readonly owner: object = { probe: this };
      constructor(name: string) {
        this.name = name;
      }
      async check(): Promise<void> {
        await Promise.resolve(this.owner);
      }
    }
    const fingerprintOf = async (health: Probe): Promise<unknown> => (await plan({ health })).fingerprint;
    const one = { name: "one", check: String(new Replica("one").check) };

    expect(one.check).toContain("this.owner");
    expect(await fingerprintOf(new Replica("one"))).toEqual({ probe: one });
    expect(await fingerprintOf(all(tcp(80), new Replica("one")))).toEqual({
      probe: { kind: "all", probes: [tcp(80), one] },
    });
  });
});

describe("files", () => {
  const read = ({ spec }: ServicePlan) =>
    spec.files.map(({ path, contentBase64, mode, isSecret }) => ({
      path,
      content: Buffer.from(contentBase64, "base64").toString(),
      mode,
      isSecret,
    }));

  test("are read from content, a file, or a directory with all it holds", async () => {
    await using directory = await directoryWith({ "app.conf": "conf", "www/index.html": "home", "www/js/a.js": "js" });
    const files = [
      { target: "/etc/text", content: "text", mode: 0o600 },
      { target: "/etc/app.conf", source: "app.conf" },
      { target: "/srv/www", source: "www" },
    ];

    expect(read(await plan({ files }, contextWith({ rootDirectory: directory.path })))).toEqual([
      { path: "/etc/text", content: "text", mode: 0o600, isSecret: false },
      { path: "/etc/app.conf", content: "conf", mode: 0o644, isSecret: false },
      { path: "/srv/www/index.html", content: "home", mode: 0o644, isSecret: false },
      { path: "/srv/www/js/a.js", content: "js", mode: 0o644, isSecret: false },
    ]);
  });

  test("that are not there are told, and so is where they were looked for", async () => {
    const error = await outcomeOf(plan({ files: [{ target: "/a", source: "gone" }] }));

    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ message: "db is not valid:\n  files: there is no /project/gone" });
  });
});

test("mounts are read-only only when they say so, and binds start from the project", async () => {
  const { spec } = await plan({
    mounts: [
      { type: "bind", source: "data", target: "/data", readOnly: true },
      { type: "volume", source: "cache", target: "/cache" },
      { type: "tmpfs", target: "/tmp", sizeBytes: 1_024 },
    ],
  });

  expect(spec.mounts).toEqual([
    { type: "bind", source: "/project/data", target: "/data", isReadOnly: true },
    { type: "volume", source: "cache", target: "/cache", isReadOnly: false },
    { type: "tmpfs", target: "/tmp", sizeBytes: 1_024 },
  ]);
});

describe("secrets", () => {
  const contentOf = ({ spec }: ServicePlan, path: string): string | undefined => {
    const found = spec.files.find((one) => one.path === path && one.isSecret);
    return found && Buffer.from(found.contentBase64, "base64").toString();
  };

  test("for the environment are in a script that a shell reads, whatever they hold", async () => {
    const planned = await plan({ secrets: { plain: "x", quoted: { value: "it's\n$HOME `id`\n", env: "QUOTED" } } });

    expect(contentOf(planned, "/run/secrets/plain")).toBe("x");
    expect(contentOf(planned, "/run/secrets/quoted")).toBe("it's\n$HOME `id`\n");
    expect(planned.spec.environmentScript).toBe("/etc/cleanroom/environment");
    expect(contentOf(planned, "/etc/cleanroom/environment")).toBe("export QUOTED='it'\\''s\n$HOME `id`'\n");
    expect((await plan({ secrets: { plain: "x" } })).spec).not.toHaveProperty("environmentScript");
  });

  test("come from variables, which must be there, though they may be empty", async () => {
    const options: ContainerOptions = { secrets: { token: { variable: "TOKEN" } } };
    const context = contextWith({ variables: () => ({ TOKEN: "" }) });

    expect(contentOf(await plan(options, context), "/run/secrets/token")).toBe("");
    expect(await outcomeOf(plan(options))).toMatchObject({
      message: "db is not valid:\n  secrets.token.variable: the environment variable TOKEN is not set",
    });
  });

  test("come from files, whatever these hold", async () => {
    await using directory = await directoryWith({});
    const key = Buffer.from([0, 255, 10, 128]);
    await writeFile(join(directory.path, "key.der"), key);
    const options: ContainerOptions = { secrets: { key: { file: "key.der" } } };

    const { files } = (await plan(options, contextWith({ rootDirectory: directory.path }))).spec;
    expect(files.map(({ contentBase64 }) => contentBase64)).toEqual([key.toString("base64")]);
  });

  test("come from files, which must be there", async () => {
    const options: ContainerOptions = { secrets: { key: { file: "no.pem" } } };

    expect(await outcomeOf(plan(options))).toMatchObject({
      message: "db is not valid:\n  secrets.key.file: cannot read /project/no.pem",
    });
  });
});

describe("limits", () => {
  const defaults = { pullPolicy: "missing", memoryBytes: 100, pids: 10, cpuCores: false } as const;
  const limitsOf = async (options: ContainerOptions): Promise<unknown> =>
    (await plan(options, contextWith({ defaults }))).spec.limits;

  test("of all hold where the service's own say nothing", async () => {
    expect(await limitsOf({})).toEqual({ memoryBytes: 100, pids: 10 });
    expect(await limitsOf({ limits: { pids: 5, cpuCores: 1 } })).toEqual({ memoryBytes: 100, pids: 5, cpuCores: 1 });
    expect(await limitsOf({ limits: false })).toEqual({});
  });

  test("of all give way to what contradicts them", async () => {
    expect(await limitsOf({ limits: { memoryReservationBytes: 101 } })).toEqual({
      memoryReservationBytes: 101,
      pids: 10,
    });
    expect(await limitsOf({ engineOptions: { HostConfig: { Memory: 500, PidsLimit: -1 } } })).toEqual({});
  });
});
