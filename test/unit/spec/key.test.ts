import { createHmac } from "node:crypto";
import {
  array,
  assert,
  constant,
  dictionary,
  option,
  property,
  record,
  shuffledSubarray,
  string,
  tuple,
} from "fast-check";
import type { Arbitrary } from "fast-check";
import { describe, expect, test } from "vitest";
import type { ContainerSpec } from "../../../src/index.ts";
import { containerKey } from "../../../src/spec/key.ts";
import { specWith } from "../support/specs.ts";

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

/** Has something in every field, so that each can be changed or taken away. */
const full: Required<ContainerSpec> = {
  image: "app:1",
  platform: "linux/amd64",
  pullPolicy: "missing",
  command: ["serve", "--port", "80"],
  secretArguments: ["--password", "hash"],
  entrypoint: ["/bin/app"],
  env: { A: "1", B: "2" },
  environmentScript: "/etc/b",
  user: "app",
  workingDirectory: "/srv",
  hostname: "app",
  ports: [
    { containerPort: 80, protocol: "tcp", hostPort: 8080, hostAddress: "127.0.0.1" },
    { containerPort: 53, protocol: "udp" },
  ],
  files: [
    { path: "/etc/a", contentBase64: base64("a"), mode: 0o644, isSecret: false },
    { path: "/etc/b", contentBase64: base64("b"), mode: 0o600, isSecret: true },
  ],
  mounts: [
    { type: "bind", source: "/srv/data", target: "/data", isReadOnly: true },
    { type: "volume", source: "cache", target: "/cache", isReadOnly: false },
    { type: "tmpfs", target: "/tmp", sizeBytes: 1_024, mode: 0o1777 },
  ],
  networkAliases: ["app", "www"],
  hasHostAccess: false,
  labels: { team: "shop", tier: "web" },
  limits: { cpuCores: 1, memoryBytes: 64_000_000, pids: 100, shmBytes: 1_000_000 },
  security: {
    isPrivileged: false,
    hasReadOnlyRootFilesystem: false,
    addCapabilities: ["NET_ADMIN", "SYS_TIME"],
    dropCapabilities: ["CHOWN", "KILL"],
    allowsNewPrivileges: false,
  },
  init: [{ command: ["seed"], env: { A: "1" }, user: "app", workingDirectory: "/srv" }, { command: ["warm"] }],
  healthCheck: { command: ["ready"], intervalMs: 1_000, timeoutMs: 500, retries: 2, startPeriodMs: 5_000 },
  stopSignal: "SIGINT",
  stopGraceMs: 10_000,
  engineOptions: { HostConfig: { Sysctls: { "net.core.somaxconn": "1024" }, Binds: ["/a:/a", "/b:/b"] } },
};

const [web, dns] = full.ports;
const [plain, secret] = full.files;
const [bind, volume, tmpfs] = full.mounts;

type Changes = Readonly<Record<keyof ContainerSpec, readonly Partial<{ [F in keyof ContainerSpec]: unknown }>[]>>;

/** For each field, whatever can be different in it. A field without an entry does not compile. */
const changes: Changes = {
  image: [{ image: "app:2" }],
  platform: [{ platform: "linux/arm64" }, { platform: undefined }],
  pullPolicy: [{ pullPolicy: "always" }],
  command: [
    { command: ["serve", "80", "--port"] },
    { command: ["serve", "--port 80"] },
    { command: [] },
    { command: undefined },
  ],
  // Whether there are any makes a difference; what they are does not.
  secretArguments: [{ secretArguments: [] }, { secretArguments: undefined }],
  entrypoint: [{ entrypoint: ["/bin/other"] }, { entrypoint: [] }, { entrypoint: undefined }],
  env: [
    { env: { A: "1", B: "3" } },
    { env: { A: "1" } },
    { env: { A: "1", B: "2", C: "" } },
    { env: { A: "2", B: "1" } },
  ],
  environmentScript: [{ environmentScript: "/etc/a" }, { environmentScript: undefined }],
  user: [{ user: "root" }, { user: undefined }],
  workingDirectory: [{ workingDirectory: "/" }, { workingDirectory: undefined }],
  hostname: [{ hostname: "web" }, { hostname: undefined }],
  ports: [
    { ports: [web] },
    { ports: [{ ...web, containerPort: 81 }, dns] },
    { ports: [{ ...web, protocol: "udp" }, dns] },
    { ports: [{ ...web, hostPort: 8081 }, dns] },
    { ports: [{ ...web, hostPort: undefined }, dns] },
    { ports: [{ ...web, hostAddress: "0.0.0.0" }, dns] },
    { ports: [web, { ...dns, hostPort: 53 }] },
    { ports: [web, { ...dns, hostPort: { from: 53, to: 54 } }] },
  ],
  files: [
    { files: [plain] },
    { files: [{ ...plain, path: "/etc/c" }, secret] },
    { files: [{ ...plain, contentBase64: base64("other") }, secret] },
    { files: [{ ...plain, mode: 0o600 }, secret] },
    { files: [{ ...plain, isSecret: true }, secret] },
    { files: [plain, { ...secret, path: "/etc/c" }] },
    { files: [plain, { ...secret, mode: 0o400 }] },
  ],
  mounts: [
    { mounts: [bind, volume] },
    { mounts: [{ ...bind, type: "volume" }, volume, tmpfs] },
    { mounts: [{ ...bind, source: "/srv/other" }, volume, tmpfs] },
    { mounts: [{ ...bind, target: "/other" }, volume, tmpfs] },
    { mounts: [{ ...bind, isReadOnly: false }, volume, tmpfs] },
    { mounts: [bind, { ...volume, source: "other" }, tmpfs] },
    { mounts: [bind, { ...volume, source: undefined }, tmpfs] },
    { mounts: [bind, { ...volume, isLeftEmpty: true }, tmpfs] },
    { mounts: [bind, volume, { ...tmpfs, target: "/var/tmp" }] },
    { mounts: [bind, volume, { ...tmpfs, sizeBytes: 2_048 }] },
    { mounts: [bind, volume, { ...tmpfs, sizeBytes: undefined }] },
    { mounts: [bind, volume, { ...tmpfs, mode: 0o755 }] },
  ],
  networkAliases: [{ networkAliases: ["app"] }, { networkAliases: ["app", "api"] }],
  hasHostAccess: [{ hasHostAccess: true }],
  labels: [{ labels: { team: "shop" } }, { labels: { team: "shop", tier: "db" } }],
  limits: [
    { limits: { ...full.limits, cpuCores: 2 } },
    { limits: { ...full.limits, memoryBytes: 128_000_000 } },
    { limits: { ...full.limits, pids: 101 } },
    { limits: { ...full.limits, shmBytes: 2_000_000 } },
    { limits: { ...full.limits, shmBytes: undefined } },
    { limits: { ...full.limits, cpuSet: "0" } },
    { limits: { ...full.limits, cpuShares: 512 } },
    { limits: { ...full.limits, memoryReservationBytes: 1_000_000 } },
    { limits: { ...full.limits, swapBytes: 1 } },
    { limits: { ...full.limits, swappiness: 1 } },
    { limits: { ...full.limits, ulimits: { nofile: 1 } } },
    { limits: { ...full.limits, ulimits: { nofile: 2 } } },
    { limits: { ...full.limits, disk: { bytes: 1 } } },
    { limits: { ...full.limits, disk: { bytes: 1, by: "monitor" } } },
    { limits: { ...full.limits, networkBitsPerSecond: 8_000 } },
    { limits: { ...full.limits, networkBitsPerSecond: { send: 8_000 } } },
    { limits: {} },
  ],
  security: [
    { security: { ...full.security, isPrivileged: true } },
    { security: { ...full.security, hasReadOnlyRootFilesystem: true } },
    { security: { ...full.security, addCapabilities: ["NET_ADMIN"] } },
    { security: { ...full.security, dropCapabilities: ["CHOWN", "ALL"] } },
    { security: { ...full.security, addCapabilities: ["CHOWN", "KILL"], dropCapabilities: ["NET_ADMIN", "SYS_TIME"] } },
    { security: { ...full.security, allowsNewPrivileges: true } },
  ],
  init: [
    { init: [full.init[1], full.init[0]] },
    { init: [{ ...full.init[0], env: {} }, full.init[1]] },
    { init: [{ ...full.init[0], user: "root" }, full.init[1]] },
    { init: [{ ...full.init[0], workingDirectory: "/" }, full.init[1]] },
    { init: [full.init[0], { command: ["warm", "up"] }] },
    { init: undefined },
  ],
  healthCheck: [
    { healthCheck: { ...full.healthCheck, command: ["other"] } },
    { healthCheck: { ...full.healthCheck, intervalMs: 2_000 } },
    { healthCheck: { ...full.healthCheck, timeoutMs: 400 } },
    { healthCheck: { ...full.healthCheck, retries: 3 } },
    { healthCheck: { ...full.healthCheck, startPeriodMs: 0 } },
    { healthCheck: false },
    { healthCheck: undefined },
  ],
  stopSignal: [{ stopSignal: "SIGTERM" }, { stopSignal: undefined }],
  stopGraceMs: [{ stopGraceMs: 10_001 }],
  engineOptions: [
    { engineOptions: {} },
    { engineOptions: { HostConfig: { Sysctls: { "net.core.somaxconn": "1025" }, Binds: ["/a:/a", "/b:/b"] } } },
    { engineOptions: { HostConfig: { Sysctls: { "net.core.somaxconn": "1024" }, Binds: ["/b:/b", "/a:/a"] } } },
    { engineOptions: { HostConfig: { Sysctls: { "net.core.somaxconn": 1024 }, Binds: ["/a:/a", "/b:/b"] } } },
  ],
};

const cases = Object.entries(changes).flatMap(([field, all]) =>
  all.map((change) => [field, JSON.stringify(change), change] as const),
);

describe("the key changes", () => {
  test.for(cases)("with %s: %s", ([, , change]) => {
    expect(containerKey({ ...full, ...change } as ContainerSpec)).not.toBe(containerKey(full));
  });

  test("with every one of them to another key", () => {
    const keys = cases.map(([, , change]) => containerKey({ ...full, ...change } as ContainerSpec));

    expect(new Set(keys).size).toBe(cases.length);
  });

  test("with what besides the spec makes a difference", () => {
    const keys = [null, {}, { migrations: [["1.sql", "a"]] }, { migrations: [["1.sql", "b"]] }, "text"].map((rest) =>
      containerKey(full, rest),
    );

    expect(new Set(keys).size).toBe(keys.length);
  });
});

/** The same fields in another order. */
function reordered<Value>(fields: Readonly<Record<string, Value>>): Arbitrary<Readonly<Record<string, Value>>> {
  const entries = Object.entries(fields);
  return shuffled(entries).map((shuffledEntries) => Object.fromEntries(shuffledEntries));
}

function shuffled<Item>(items: readonly Item[]): Arbitrary<readonly Item[]> {
  return shuffledSubarray([...items], { minLength: items.length, maxLength: items.length });
}

const texts = dictionary(string({ minLength: 1 }), string(), { maxKeys: 6 });
const labelled = record({ env: texts, labels: texts, command: option(array(string()), { nil: undefined }) });

describe("the key does not change", () => {
  test("with the order of environment, labels, ports, files, mounts, aliases, capabilities, or of any object's keys", () => {
    const another: Arbitrary<ContainerSpec> = tuple(
      reordered(full.env),
      reordered(full.labels),
      shuffled(full.ports),
      shuffled(full.files),
      shuffled(full.mounts),
      shuffled(full.networkAliases),
      shuffled(full.security.addCapabilities),
      shuffled(full.security.dropCapabilities),
    ).chain(([env, labels, ports, files, mounts, networkAliases, addCapabilities, dropCapabilities]) => {
      const security = { ...full.security, addCapabilities, dropCapabilities };
      const spec = { ...full, env, labels, ports, files, mounts, networkAliases, security };
      return reordered<unknown>(spec).map((fields) => fields as unknown as ContainerSpec);
    });

    assert(
      property(another, (spec) => {
        expect(containerKey(spec)).toBe(containerKey(full));
      }),
    );
  });

  test("with the order of environment and labels, whatever their names, and with nothing else", () => {
    const pair = tuple(labelled, labelled).chain(([one, other]) =>
      tuple(constant(one), constant(other), reordered(one.env), reordered(one.labels)),
    );

    assert(
      property(pair, ([one, other, env, labels]) => {
        const keyOf = ({ command, ...rest }: typeof one): string =>
          containerKey({ ...full, ...rest, ...(command !== undefined && { command }) });
        const isSame = sortedJson(one) === sortedJson(other);

        expect(keyOf({ ...one, env, labels })).toBe(keyOf(one));
        expect(keyOf(one) === keyOf(other)).toBe(isSame);
      }),
    );
  });

  test("with the content of a secret file", () => {
    const other = {
      ...full,
      files: full.files.map((file) => (file.isSecret ? { ...file, contentBase64: "b3RoZXI=" } : file)),
    };

    expect(containerKey(other)).toBe(containerKey(full));
  });

  test("with the text of a secret argument", () => {
    expect(containerKey({ ...full, secretArguments: ["--password", "another"] })).toBe(containerKey(full));
  });

  test("but another one when secrets are told apart by a seal, which the key hides", () => {
    const seal = (secret: string): string => createHmac("sha256", "s").update(secret).digest("hex");
    const other = { ...full, secretArguments: ["--password", "another"] };

    expect(containerKey(other, null, seal)).not.toBe(containerKey(full, null, seal));
    expect(containerKey(full, null, seal)).toBe(containerKey(full, null, seal));
  });

  test("with a field that is undefined in place of absent", () => {
    const { user: _user, ...without } = full;

    expect(containerKey({ ...without, user: undefined } as unknown as ContainerSpec)).toBe(containerKey(without));
  });
});

test("the key is a digest, in which nothing can be read", () => {
  expect(containerKey(full)).toMatch(/^[0-9a-f]{64}$/);
});

function sortedJson({ env, labels, command }: { env: object; labels: object; command: unknown }): string {
  const sorted = (fields: object): unknown => Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([sorted(env), sorted(labels), command ?? "none"]);
}

test("two files at one place keep their order, since the last one wins", () => {
  const file = (contentBase64: string): ContainerSpec["files"][number] => ({
    path: "/etc/app.conf",
    contentBase64,
    mode: 0o644,
    isSecret: false,
  });
  const one = containerKey(specWith({ files: [file("b25l"), file("dHdv")] }));
  const other = containerKey(specWith({ files: [file("dHdv"), file("b25l")] }));
  expect(one).not.toBe(other);
});
