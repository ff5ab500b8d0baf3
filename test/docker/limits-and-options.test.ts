import { createSocket } from "node:dgram";
import { once } from "node:events";
import { describe, expect, onTestFinished } from "vitest";
import { container, postgres, redis } from "../../src/index.ts";
import type { ContainerOptions } from "../../src/index.ts";
import * as engine from "../support/engine.ts";
import { images, test } from "../support/workspace.ts";

const MiB = 1024 * 1024;

describe("limits", () => {
  test("are those the engine keeps", async ({ workspace }) => {
    const limits = { cpuCores: 0.5, memoryBytes: 64 * MiB, pids: 50, shmBytes: 8 * MiB };
    const { services } = await workspace.start({
      limited: container(images.service, { limits }),
      free: container(images.service, { limits: false }),
    });
    const limited = (await engine.inspectExisting(services.limited.id)).HostConfig;
    const free = (await engine.inspectExisting(services.free.id)).HostConfig;

    expect(limited).toMatchObject({
      NanoCpus: 5e8,
      Memory: 64 * MiB,
      MemorySwap: 64 * MiB,
      PidsLimit: 50,
      ShmSize: 8 * MiB,
    });
    expect(free).toMatchObject({ NanoCpus: 0, Memory: 0, MemorySwap: 0, ShmSize: 64 * MiB });
    expect([null, 0, -1]).toContain(free.PidsLimit);
    const shm = await services.limited.exec(["df", "--output=size", "-B1", "/dev/shm"]);
    expect(shm.stdout.split("\n")[1]?.trim()).toBe(String(8 * MiB));
  });

  test("hold: the process that is one too many is refused", async ({ workspace }) => {
    const { services } = await workspace.start({ web: container(images.service, { limits: { pids: 20 } }) });

    // The engine's own threads that start a command count as well, so there is room for those.
    const { exitCode, stderr } = await services.web.exec(["sh", "-c", "for n in $(seq 30); do sleep 5 & done"]);

    expect(exitCode).not.toBe(0);
    expect(stderr).toContain("Cannot fork");
  });
});

describe("mounts", () => {
  test("show a directory of this machine, and keep it from being written when asked", async ({ workspace }) => {
    await workspace.write({ "shared/note.txt": "from the host\n" });
    const { services } = await workspace.start({
      web: container(images.service, {
        mounts: [
          { type: "bind", source: "shared", target: "/writable" },
          { type: "bind", source: `${workspace.directory}/shared`, target: "/fixed", readOnly: true },
        ],
      }),
    });

    expect((await services.web.exec(["cat", "/writable/note.txt", "/fixed/note.txt"])).stdout).toBe(
      "from the host\nfrom the host\n",
    );
    expect((await services.web.exec(["touch", "/writable/new"])).exitCode).toBe(0);
    expect((await services.web.exec(["touch", "/fixed/new2"])).stderr).toContain("Read-only file system");
  });

  test("in memory hold no more than they may", async ({ workspace }) => {
    const { services } = await workspace.start({
      web: container(images.service, {
        mounts: [
          { type: "tmpfs", target: "/small", sizeBytes: MiB },
          { type: "tmpfs", target: "/plain" },
        ],
      }),
    });
    const fill = (target: string): Promise<{ exitCode: number; stderr: string }> =>
      services.web.exec(["dd", "if=/dev/zero", `of=${target}/f`, "bs=1M", "count=2"]);

    expect((await fill("/small")).stderr).toContain("No space left on device");
    expect((await fill("/plain")).exitCode).toBe(0);
    expect((await engine.inspectExisting(services.web.id)).HostConfig.Tmpfs).toEqual({
      "/small": `rw,size=${MiB}`,
      "/plain": "rw",
    });
  });
});

describe("files", () => {
  test("are there before the process starts, with their content and their rights", async ({ workspace }) => {
    await workspace.write({ "etc/app.conf": "a=1\n", "tree/one.txt": "1", "tree/deep/two.txt": "2\n" });
    const { services } = await workspace.start({
      web: container(images.service, {
        command: ["sh", "-c", "cat /app/app.conf /app/inline /app/tree/deep/two.txt; exec service"],
        files: [
          { source: "etc/app.conf", target: "/app/app.conf" },
          { content: "b=2\n", target: "/app/inline", mode: 0o600 },
          { content: "", target: "/app/run.sh", mode: 0o755 },
          { source: "tree", target: "/app/tree", mode: 0o640 },
        ],
        ports: [8080],
      }),
    });

    const { stdout } = await services.web.exec([
      "sh",
      "-c",
      "cd /app && stat -c '%n %a %U' app.conf inline run.sh tree/one.txt tree/deep/two.txt",
    ]);

    expect(await services.web.logs()).toBe("a=1\nb=2\n2\n");
    expect(stdout.trim().split("\n")).toEqual([
      "app.conf 644 root",
      "inline 600 root",
      "run.sh 755 root",
      "tree/one.txt 640 root",
      "tree/deep/two.txt 640 root",
    ]);
  });

  test("may hold any bytes and be large", async ({ workspace }) => {
    const content = "ä\0\n".repeat(200_000);
    const { services } = await workspace.start({
      web: container(images.service, { files: [{ content, target: "/big" }] }),
    });

    const { stdout } = await services.web.exec(["wc", "-c", "/big"]);
    expect(stdout).toBe(`${Buffer.byteLength(content)} /big\n`);
  });
});

describe("a process", () => {
  test("runs as it was described", async ({ workspace }) => {
    const options: ContainerOptions = {
      user: "1234:4321",
      workingDirectory: "/tmp",
      hostname: "elsewhere",
      entrypoint: ["sh", "-c"],
      command: ["id -u; id -g; pwd; hostname; echo $GREETING; exec service"],
      env: { GREETING: "a b=c" },
      labels: { one: "1", two: "" },
      ports: [8080],
    };
    const { services } = await workspace.start({ web: container(images.service, options) });

    const { Config } = await engine.inspectExisting(services.web.id);
    expect(await services.web.logs()).toBe("1234\n4321\n/tmp\nelsewhere\na b=c\n");
    expect(Config).toMatchObject({
      User: "1234:4321",
      WorkingDir: "/tmp",
      Hostname: "elsewhere",
      Entrypoint: ["sh", "-c"],
      Cmd: options.command,
      Labels: { one: "1", two: "" },
    });
  });

  test("may do what its security options say", async ({ workspace }) => {
    const { services } = await workspace.start({
      web: container(images.service),
      hardened: container(images.service, {
        security: { readOnlyRootFilesystem: true, dropCapabilities: ["ALL"], addCapabilities: ["NET_BIND_SERVICE"] },
      }),
    });
    const capabilities = async (name: keyof typeof services): Promise<bigint> => {
      const { stdout } = await services[name].exec(["cat", "/proc/1/status"]);
      return BigInt(`0x${/CapBnd:\s*(\w+)/.exec(stdout)?.[1] ?? "0"}`);
    };
    const NET_BIND_SERVICE = 1n << 10n;
    const SYS_ADMIN = 1n << 21n;

    expect(await capabilities("hardened")).toBe(NET_BIND_SERVICE);
    expect((await capabilities("web")) & NET_BIND_SERVICE).toBe(NET_BIND_SERVICE);
    expect((await capabilities("web")) & SYS_ADMIN).toBe(0n);
    expect((await services.hardened.exec(["touch", "/f"])).stderr).toContain("Read-only file system");
    expect((await services.web.exec(["touch", "/f"])).exitCode).toBe(0);
  });

  test("has every right when it is privileged", async ({ workspace, skip }) => {
    skip(
      !(await engine.allowsPrivileged(images.service)),
      "the engine itself lacks the rights of a privileged container",
    );
    const { services } = await workspace.start({ web: container(images.service, { security: { privileged: true } }) });

    expect((await engine.inspectExisting(services.web.id)).HostConfig.Privileged).toBe(true);
    expect((await services.web.exec(["mount", "-t", "tmpfs", "none", "/mnt"])).exitCode).toBe(0);
  });

  test("is PostgreSQL or Redis even with most rights taken away", async ({ workspace }) => {
    const { services } = await workspace.start({
      cache: redis(images.redis, {
        security: {
          dropCapabilities: ["ALL"],
          addCapabilities: ["CHOWN", "SETUID", "SETGID"],
          readOnlyRootFilesystem: true,
        },
        mounts: [{ type: "tmpfs", target: "/data" }],
      }),
      db: postgres(images.postgres, {
        security: {
          dropCapabilities: ["ALL"],
          addCapabilities: ["CHOWN", "SETUID", "SETGID", "DAC_OVERRIDE", "FOWNER"],
        },
        limits: { memoryBytes: 256 * MiB, pids: 100 },
      }),
    });

    await using database = await services.db.isolate();
    await using part = await services.cache.isolate();
    expect([database.database, part.database]).toEqual([expect.stringMatching(/^test_/), 1]);
  });
});

describe("ports", () => {
  test("are free ones of 127.0.0.1, unless others are asked for", async ({ workspace }) => {
    const { services: first } = await workspace.start({ web: container(images.service, { ports: [8080] }) });
    const hostPort = first.web.port();
    await first.web.exec(["true"]);
    await workspace.start({ other: container(images.service, { ports: [8080] }) });
    const { services } = await workspace.start({
      web: container(images.service, {
        ports: [8080, { containerPort: 9000, hostAddress: "127.0.0.2" }, { containerPort: 53, protocol: "udp" }],
        health: false,
      }),
    });

    const { NetworkSettings } = await engine.inspectExisting(services.web.id);
    const bindings = NetworkSettings.Ports as Record<string, { HostIp: string; HostPort: string }[]>;
    expect(bindings["8080/tcp"]).toEqual([{ HostIp: "127.0.0.1", HostPort: String(services.web.port(8080)) }]);
    expect(bindings["9000/tcp"]).toEqual([{ HostIp: "127.0.0.2", HostPort: String(services.web.port(9000)) }]);
    expect(bindings["53/udp"]).toEqual([{ HostIp: "127.0.0.1", HostPort: String(services.web.port(53, "udp")) }]);
    expect(services.web.port()).toBe(services.web.port(8080));
    expect(services.web.port()).not.toBe(hostPort);
    expect(() => services.web.port(53)).toThrow("53/tcp is not published (published: 8080/tcp, 9000/tcp, 53/udp)");
  });

  test("can be a certain one", async ({ workspace }) => {
    const probe = createSocket("udp4").bind(0, "127.0.0.1");
    await once(probe, "listening");
    const hostPort = probe.address().port; // Free for TCP, most likely: the engine and we choose from the same range.
    probe.close();
    const { services } = await workspace.start({
      web: container(images.service, { ports: [{ containerPort: 8080, hostPort }] }),
    });

    expect(services.web.port()).toBe(hostPort);
    expect(await (await fetch(`http://127.0.0.1:${hostPort}`)).text()).toBe("hello");
  });

  test("of UDP lead to the process", async ({ workspace }) => {
    const echo = [
      "import socket",
      "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
      "s.bind(('0.0.0.0', 9999))",
      "print('bound')",
      "while True:",
      "    data, peer = s.recvfrom(1024)",
      "    s.sendto(b'echo ' + data, peer)",
    ].join("\n");
    const { services } = await workspace.start({
      echo: container(images.ordersApp, {
        command: ["python3", "-c", echo],
        stopGraceMs: 0,
        ports: [{ containerPort: 9999, protocol: "udp" }],
        health: {
          name: "bound",
          check: async (target, signal) => {
            const { stdout } = await target.exec(["cat", "/proc/net/udp"], {}, signal);
            if (!stdout.includes(":270F")) throw new Error("not bound");
          },
        },
      }),
    });
    const client = createSocket("udp4");
    onTestFinished(() => void client.close());

    client.send("hello", services.echo.port(9999, "udp"), services.echo.host);
    const [answer] = (await once(client, "message")) as [Buffer];

    expect(answer.toString()).toBe("echo hello");
  });
});

describe("the engine's own options", () => {
  test("are merged over ours, key by key", async ({ workspace }) => {
    const { services } = await workspace.start({
      web: container(images.service, {
        limits: { pids: 77 },
        labels: { ours: "1" },
        engineOptions: {
          Healthcheck: { Test: ["CMD", "true"], Interval: 5e9, Retries: 4 },
          HostConfig: { Sysctls: { "net.ipv4.ip_unprivileged_port_start": "0" }, Init: true, SecurityOpt: [] },
          Labels: { theirs: "2" },
        },
      }),
    });

    const { Config, HostConfig } = await engine.inspectExisting(services.web.id);
    expect(Config.Healthcheck).toMatchObject({ Test: ["CMD", "true"], Interval: 5e9, Retries: 4 });
    expect(Config.Labels).toMatchObject({ ours: "1", theirs: "2", "dev.cleanroom.service": "web" });
    expect(HostConfig).toMatchObject({
      PidsLimit: 77,
      Init: true,
      Sysctls: { "net.ipv4.ip_unprivileged_port_start": "0" },
    });
    expect(HostConfig.SecurityOpt ?? []).toEqual([]); // Everything but objects is replaced.
    const { stdout } = await services.web.exec(["cat", "/proc/sys/net/ipv4/ip_unprivileged_port_start"]);
    expect(stdout).toBe("0\n");
  });
});

describe("customizers", () => {
  test("can change everything, the stop signal for one", async ({ workspace }) => {
    const { services } = await workspace.start(
      {
        web: container(images.service, {
          labels: { order: "options" },
          stopGraceMs: 0,
          customizers: [(spec) => ({ ...spec, labels: { ...spec.labels, order: `${spec.labels["order"]}, service` } })],
        }),
      },
      {
        customizers: [
          (spec) => ({
            ...spec,
            stopSignal: "SIGUSR1",
            hostname: "customized",
            labels: { ...spec.labels, order: `${spec.labels["order"]}, environment` },
          }),
        ],
      },
    );

    const { Config } = await engine.inspectExisting(services.web.id);
    expect(Config).toMatchObject({ StopSignal: "SIGUSR1", Hostname: "customized" });
    expect(Config.Labels["order"]).toBe("options, environment, service");
  });

  test("change the key, as every option does; the order of options does not", async ({ workspace }) => {
    const base: ContainerOptions = { env: { A: "1", B: "2" }, labels: { x: "1", y: "2" } };
    const { connections } = await workspace.start({
      base: container(images.service, base),
      reordered: container(images.service, { labels: { y: "2", x: "1" }, env: { B: "2", A: "1" } }),
      memory: container(images.service, { ...base, limits: { memoryBytes: 64 * MiB } }),
      file: container(images.service, { ...base, files: [{ target: "/f", content: "1" }] }),
      otherFile: container(images.service, { ...base, files: [{ target: "/f", content: "2" }] }),
      customized: container(images.service, { ...base, customizers: [(spec) => ({ ...spec, stopSignal: "SIGINT" })] }),
      platform: container(images.service, { ...base, engineOptions: { HostConfig: { Init: true } } }),
    });
    const keys = Object.entries(connections).map(([name, { key }]) => [name, key] as const);
    const distinct = new Set(keys.filter(([name]) => name !== "reordered").map(([, key]) => key));

    expect(connections["reordered"]?.key).toBe(connections["base"]?.key);
    expect(distinct.size).toBe(keys.length - 1);
  });
});

test("the platform that is asked for is the image's", async ({ workspace }) => {
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  const { services } = await workspace.start({
    web: container(images.service, { platform: `linux/${architecture}` }),
  });
  expect(services.web.state).toBe("running");

  const other = architecture === "amd64" ? "arm64" : "amd64";
  await expect(
    workspace.start({ web: container(images.service, { platform: `linux/${other}`, pullPolicy: "never" }) }),
  ).rejects.toMatchObject({ code: "CLEANROOM_IMAGE_NOT_FOUND" });
});
