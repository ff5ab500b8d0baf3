import { Readable } from "node:stream";
import { array, assert, constantFrom, property, record, uint8Array } from "fast-check";
import { describe, expect, test } from "vitest";
import { packFiles } from "../../../../src/backend/testcontainers/pack-files.ts";
import { unpackFirstFile } from "../../../../src/backend/engine-api/unpack-file.ts";
import { createBody } from "../../../../src/backend/testcontainers/create-body.ts";
import { splitFrames, textOf } from "../../../../src/backend/engine-api/frames.ts";
import { toFileStat } from "../../../../src/backend/engine-api/file-stat.ts";
import { toStats } from "../../../../src/backend/engine-api/stats.ts";
import { specWith } from "../../support/specs.ts";

describe("what the engine tells of a path", () => {
  const told = { name: "ready", size: 6, mtime: "2026-01-02T03:04:05.678Z" };
  const seen = { sizeBytes: 6, modifiedAtMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678) };

  test.for([
    [{ mode: 0o644, linkTarget: "" }, { isDirectory: false }],
    [{ mode: 2 ** 31 + 0o755 }, { isDirectory: true }],
    [
      { mode: 2 ** 27 + 0o777, linkTarget: "/run/ready" },
      { isDirectory: false, linkTarget: "/run/ready" },
    ],
  ] as const)("%o is %o", ([header, stat]) => {
    expect(toFileStat(Buffer.from(JSON.stringify({ ...told, ...header })).toString("base64"))).toEqual({
      ...seen,
      ...stat,
    });
  });
});

describe("what the engine tells of a container's use", () => {
  const cpu_stats = { cpu_usage: { total_usage: 1_500_000 } };

  test.for([
    [
      "cgroup v2",
      { usage: 100, limit: 1_000, stats: { inactive_file: 30 } },
      { memoryBytes: 70, memoryLimitBytes: 1_000 },
    ],
    ["cgroup v1", { usage: 100, stats: { inactive_file: 1, total_inactive_file: 40 } }, { memoryBytes: 60 }],
    ["no memory controller", {}, { memoryBytes: 0 }],
  ] as const)("is read with %s", ([, memory_stats, memory]) => {
    expect(toStats({ memory_stats, cpu_stats, pids_stats: { current: 3 } })).toEqual({
      ...memory,
      cpuTimeMs: 1.5,
      pids: 3,
    });
  });

  test("is nothing when it does not run", () => {
    expect(toStats({})).toEqual({ memoryBytes: 0, cpuTimeMs: 0, pids: 0 });
  });
});

describe("the output of a container", () => {
  const streams = { stdout: 1, stderr: 2 } as const;

  function frame(stream: keyof typeof streams, payload: Uint8Array): Buffer {
    const header = Buffer.alloc(8);
    header[0] = streams[stream];
    header.writeUInt32BE(payload.length, 4);
    return Buffer.concat([header, payload]);
  }

  test("is split into what each stream said, whatever that is", () => {
    const pieces = array(record({ stream: constantFrom("stdout", "stderr"), payload: uint8Array({ maxLength: 64 }) }));

    assert(
      property(pieces, (written) => {
        const output = Buffer.concat(written.map(({ stream, payload }) => frame(stream, payload)));

        expect(splitFrames(output).map(({ stream, payload }) => ({ stream, payload: [...payload] }))).toEqual(
          written.map(({ stream, payload }) => ({ stream, payload: [...payload] })),
        );
      }),
    );
  });

  test("without frames, as a terminal writes it, is standard output", () => {
    const frames = splitFrames(Buffer.from("plain text, longer than a header"));

    expect(textOf(frames, "stdout")).toBe("plain text, longer than a header");
    expect(textOf(frames, "stderr")).toBe("");
  });

  test("keeps a character whole that two frames share", () => {
    const [first, second] = [Buffer.from("ä").subarray(0, 1), Buffer.from("ä").subarray(1)];

    expect(textOf(splitFrames(Buffer.concat([frame("stdout", first), frame("stdout", second)])))).toBe("ä");
  });
});

describe("copied files", () => {
  test("are read back as they were packed", async () => {
    const file = {
      path: "/etc/a",
      contentBase64: Buffer.from("content").toString("base64"),
      mode: 0o600,
      isSecret: false,
    };

    const archive = await packFiles([file, { ...file, path: "/etc/b", contentBase64: "" }]);

    expect((await unpackFirstFile(Readable.from([archive]))).toString()).toBe("content");
    expect((await unpackFirstFile(Readable.from([await packFiles([])]))).toString()).toBe("");
  });
});

describe("the request that makes a container", () => {
  const body = (differences: object, networkName?: string) =>
    createBody(
      { containerName: "app-1", spec: specWith(differences), labels: { ours: "1" }, networkName },
      "127.0.0.1",
    );

  test("publishes on the narrow address, unless a port says otherwise", () => {
    const ports = [
      { containerPort: 80, protocol: "tcp" },
      { containerPort: 53, protocol: "udp", hostPort: 5353, hostAddress: "0.0.0.0" },
    ];

    expect(body({ ports }).HostConfig?.PortBindings).toEqual({
      "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "" }],
      "53/udp": [{ HostIp: "0.0.0.0", HostPort: "5353" }],
    });
  });

  test("gives no right that was not asked for", () => {
    expect(body({}).HostConfig).toMatchObject({
      Privileged: false,
      CapAdd: [],
      CapDrop: [],
      SecurityOpt: ["no-new-privileges"],
    });
  });

  test("limits what is limited, and memory without swap", () => {
    expect(
      body({ limits: { cpuCores: 0.5, memoryBytes: 64_000_000, pids: 10, shmBytes: 1_000 } }).HostConfig,
    ).toMatchObject({
      NanoCpus: 500_000_000,
      Memory: 64_000_000,
      MemorySwap: 64_000_000,
      PidsLimit: 10,
      ShmSize: 1_000,
    });
    expect(Object.keys(body({}).HostConfig ?? {})).not.toContain("Memory");
  });

  test("says every other limit in the engine's words", () => {
    const memory = { memoryBytes: 64_000_000, swapBytes: 1_000_000, memoryReservationBytes: 32_000_000, swappiness: 0 };
    const ulimits = { nofile: { soft: 1, hard: 2 }, nproc: 3 };
    const limits = { cpuSet: "0-1", cpuShares: 512, ...memory, ulimits, disk: { bytes: 9, by: "engine" } };

    expect(body({ limits }).HostConfig).toMatchObject({
      CpusetCpus: "0-1",
      CpuShares: 512,
      MemorySwap: 65_000_000,
      MemoryReservation: 32_000_000,
      MemorySwappiness: 0,
      Ulimits: [
        { Name: "nofile", Soft: 1, Hard: 2 },
        { Name: "nproc", Soft: 3, Hard: 3 },
      ],
      StorageOpt: { size: "9" },
    });
    const monitored = body({ limits: { disk: { bytes: 9, by: "monitor" } } }).HostConfig;
    expect(Object.keys(monitored ?? {})).not.toContain("StorageOpt");
  });

  test("joins the network under its aliases, or none", () => {
    const { NetworkingConfig, HostConfig } = body({ networkAliases: ["app", "www"] }, "net");

    expect([NetworkingConfig, HostConfig?.NetworkMode]).toEqual([
      { EndpointsConfig: { net: { Aliases: ["app", "www"] } } },
      "net",
    ]);
    expect(Object.keys(body({}))).not.toContain("NetworkingConfig");
  });

  test("adds Cleanroom's labels to the user's, and wins over them", () => {
    expect(body({ labels: { theirs: "2", ours: "forged" } }).Labels).toEqual({ theirs: "2", ours: "1" });
  });

  test("has the user's own fields merged in, key by key", () => {
    const engineOptions = { HostConfig: { Init: true, CapAdd: ["NET_ADMIN"] }, Tty: true };

    const { HostConfig, Tty } = body({
      engineOptions,
      security: { ...specWith().security, addCapabilities: ["CHOWN"] },
    });

    expect(HostConfig).toMatchObject({ Init: true, CapAdd: ["NET_ADMIN"], Privileged: false });
    expect(Tty).toBe(true);
  });

  test("puts secret arguments after the command", () => {
    expect(body({ command: ["serve"], secretArguments: ["--hash", "x"] }).Cmd).toEqual(["serve", "--hash", "x"]);
    expect(Object.keys(body({}))).not.toContain("Cmd");
  });
});
