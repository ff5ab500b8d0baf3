import { describe, expect, vi } from "vitest";
import type { CleanroomError, HealthError, Probe } from "../../src/index.ts";
import { all, command, container, disk, file, http, memory, tcp } from "../../src/index.ts";
import * as engine from "../support/engine.ts";
import { attempt, test } from "../support/probing.ts";
import { failureOf, images } from "../support/workspace.ts";

describe("a command probe", () => {
  test("waits for the exit code it is asked for", async ({ workspace }) => {
    const { services } = await workspace.start({
      web: container(images.service, {
        env: { WRITE_FILE: "/tmp/ready", WRITE_FILE_AFTER_MS: "300" },
        health: all(
          command(["test", "-e", "/tmp/ready"]),
          command(["sh", "-c", "echo up; exit 4"], { exitCode: 4, outputIncludes: "up" }),
        ),
      }),
    });

    expect((await services.web.exec(["cat", "/tmp/ready"])).stdout).toBe("ready\n");
  });

  test("that fails tells its exit code and what it wrote to standard error", async ({ workspace, probing }) => {
    const { services } = await workspace.start({ web: container(images.service, { ports: [8080] }) });
    const target = await probing.targetOf(services.web);

    expect(await attempt(command(["sh", "-c", "echo out; echo why >&2; exit 2"]), target)).toBe("exit code 2: why");
    expect(await attempt(command(["sh", "-c", "echo out; exit 2"]), target)).toBe("exit code 2: out");
    expect(await attempt(command(["false"]), target)).toBe("exit code 1");
    expect(await attempt(command(["echo", "no"], { outputIncludes: "yes" }), target)).toBe("other output: no");
  });

  test("can be the one that comes with a database: it takes queries from then on", async ({ workspace }) => {
    const { services } = await workspace.start({
      db: container(images.postgres, {
        env: { POSTGRES_PASSWORD: "secret" },
        health: command(["pg_isready", "-q", "-h", "127.0.0.1"]),
      }),
    });

    const line = ["psql", "-h", "127.0.0.1", "-U", "postgres", "-tAc", "select 6 * 7"];
    expect((await services.db.exec(line, { env: { PGPASSWORD: "secret" } })).stdout).toBe("42\n");
  });

  test("that never ends as asked keeps the service from being ready, and the error tells why", async ({
    workspace,
  }) => {
    const states: string[] = [];
    const starting = workspace.start(
      {
        web: container(images.service, {
          health: command(["sh", "-c", "echo not in sync >&2; exit 3"]),
          startTimeoutMs: 2_000,
        }),
      },
      { listeners: { "container:state": ({ to }) => void states.push(to) } },
    );

    const error = (await failureOf(starting)) as HealthError;
    expect(error.message).toContain("exit code 3: not in sync");
    expect(states).toContain("starting");
    expect(states).not.toContain("ready");
  });

  test("whose program is not in the image fails at once", async ({ workspace }) => {
    const starting = workspace.start({
      web: container(images.scratch, { health: command(["pg_isready"]), startTimeoutMs: 30_000 }),
    });

    const error = (await failureOf(starting)) as CleanroomError;
    expect(error.code).toBe("CLEANROOM_UNSUPPORTED");
    expect(error.message).toContain("pg_isready");
  });
});

describe("a file probe", () => {
  test("sees a file that appears later, in an image without a shell", async ({ workspace }) => {
    const { services } = await workspace.start({
      web: container(images.scratch, {
        ports: [8080],
        env: { WRITE_FILE: "/ready.txt", WRITE_FILE_AFTER_MS: "300" },
        health: file("/ready.txt", { minSizeBytes: 6, contentIncludes: "ready" }),
      }),
    });

    await expect(services.web.exec(["sh", "-c", "true"])).rejects.toThrow("executable file not found"); // No shell indeed.
    expect(services.web.state).toBe("running");
  });

  test("tells what is not as asked", async ({ workspace }) => {
    const start = async (probe: Probe): Promise<readonly string[]> => {
      const starting = workspace.start({
        web: container(images.scratch, { env: { WRITE_FILE: "/f" }, health: probe, startTimeoutMs: 2_000 }),
      });
      return ((await failureOf(starting)) as HealthError).details.lastResults;
    };

    expect((await start(file("/missing"))).at(-1)).toBe("/missing is not there");
    expect((await start(file("/f", { minSizeBytes: 7 }))).at(-1)).toBe("/f has 6 bytes");
    expect((await start(file("/f", { contentIncludes: "other" }))).at(-1)).toBe("/f has other content");
    expect((await start(file("/service", { absent: true }))).at(-1)).toBe("/service is there"); // The program itself.
  });

  test("sees a file in memory where the image has a shell", async ({ workspace }) => {
    const { services } = await workspace.start({
      web: container(images.service, {
        mounts: [{ type: "tmpfs", target: "/memory" }],
        env: { WRITE_FILE: "/memory/it's $HOME", WRITE_FILE_AFTER_MS: "200" },
        health: file("/memory/it's $HOME", { contentIncludes: "ready", minSizeBytes: 6 }),
      }),
    });

    expect((await services.web.exec(["ls", "/memory"])).stdout).toBe("it's $HOME\n");
  });

  test("follows a link, out of memory and into it", async ({ workspace }) => {
    const script =
      "mkdir /memory/dir; echo ready >/memory/ready; echo ready >/disk; ln -s /memory/ready /a; ln -s disk /b";
    const { services } = await workspace.start({
      web: container(images.service, {
        mounts: [{ type: "tmpfs", target: "/memory" }],
        command: ["sh", "-c", `${script}; exec service`],
        health: all(
          file("/a", { contentIncludes: "ready", minSizeBytes: 6 }),
          file("/b", { contentIncludes: "ready", minSizeBytes: 6 }),
          file("/memory/dir"),
        ),
      }),
    });

    expect(services.web.state).toBe("running");
  });

  test("says so where a file in memory cannot be seen", async ({ workspace }) => {
    const starting = workspace.start({
      web: container(images.scratch, {
        mounts: [{ type: "tmpfs", target: "/memory" }],
        env: { WRITE_FILE: "/memory/ready" },
        health: file("/memory/ready"),
      }),
    });

    await expect(starting).rejects.toMatchObject({
      code: "CLEANROOM_UNSUPPORTED",
      message:
        "/memory/ready is on a tmpfs mount, which can only be seen from inside, and the image has no shell. Probe another path.",
    });
  });

  test.for(["/tmp", "/memory"])(
    "may ask for one that was changed of late: in %s",
    async (directory, { workspace, probing }) => {
      const { services } = await workspace.start({
        web: container(images.service, { mounts: [{ type: "tmpfs", target: "/memory" }] }),
      });
      const beat = file(`${directory}/beat`, { modifiedWithinMs: 60_000 });

      await services.web.exec(["touch", "-d", "1 hour ago", `${directory}/beat`]);
      expect(await probing.see(beat, services.web)).toMatch(/^\/\w+\/beat was changed 360\d s ago$/);

      await services.web.exec(["touch", `${directory}/beat`]);
      expect(await probing.see(beat, services.web)).toBe("healthy");
    },
  );
});

describe("a disk probe", () => {
  const small = { mounts: [{ type: "tmpfs", target: "/data", sizeBytes: 1_048_576 }] } as const;

  test.for(["direct", "forwarded"] as const)("sees a disk that fills up: %s", async (way, { workspace, probing }) => {
    const { services } = await workspace.start({ web: container(images.service, { ...small, ports: [8080] }) });
    const write = (kib: number) =>
      services.web.exec(["dd", "if=/dev/zero", `of=/data/${kib}`, "bs=1024", `count=${kib}`]);

    expect(await probing.see(disk({ path: "/data" }), services.web, way)).toBe("healthy");

    expect((await write(768)).exitCode).toBe(0);
    expect(await probing.see(disk({ path: "/data" }), services.web, way)).toBe("healthy");
    expect(await probing.see(disk({ path: "/data", maxUsedRatio: 0.7 }), services.web, way)).toBe(
      "75 % of the disk at /data is used, at most 70 % may be",
    );

    expect((await write(1_024)).stderr).toContain("No space left on device");
    expect(await probing.see(disk({ path: "/data" }), services.web, way)).toBe(
      "100 % of the disk at /data is used, at most 90 % may be",
    );
    const others = [http({ port: 8080 }), tcp(8080), disk({ maxUsedRatio: 1 }), memory({ maxUsedRatio: 1 })];
    expect(await probing.see(all(...others), services.web, way)).toBe("healthy"); // The container's own disk is another.
    expect(await probing.see(all(...others, disk({ path: "/data" })), services.web, way)).toMatch(/^100 % of the disk/);
  });

  test("sees the container's disk, not this machine's, where a link leads there", async ({ workspace, probing }) => {
    const { services } = await workspace.start({ web: container(images.service, small) });
    await services.web.exec(["sh", "-c", "ln -s /data /tmp/link; dd if=/dev/zero of=/data/full bs=1024 count=2000"]);

    expect(await probing.see(disk({ path: "/tmp/link" }), services.web)).toBe(
      "100 % of the disk at /tmp/link is used, at most 90 % may be",
    );
  });

  test("needs nothing in the image where this process may look into it, else a program", async ({
    workspace,
    probing,
  }) => {
    const { services } = await workspace.start({ web: container(images.scratch, small) });
    const mayLook = process.getuid?.() === 0;
    const unsupported = "The disk at /data can only be measured from inside, and the image has no program `df`.";

    expect(await probing.see(disk({ path: "/data" }), services.web)).toBe(mayLook ? "healthy" : unsupported);
    expect(await probing.see(disk({ path: "/data" }), services.web, "forwarded")).toBe(unsupported);
  });

  test("makes a service unhealthy from the start", async ({ workspace }) => {
    const starting = workspace.start({
      web: container(images.service, {
        ...small,
        command: ["sh", "-c", "dd if=/dev/zero of=/data/full bs=1024 count=2000 2>/dev/null; exec service"],
        health: disk({ path: "/data" }),
        startTimeoutMs: 3_000,
      }),
    });

    expect(((await failureOf(starting)) as HealthError).details).toMatchObject({
      probe: "disk /data",
      lastResults: ["100 % of the disk at /data is used, at most 90 % may be"],
    });
  });
});

describe("a memory probe", () => {
  test("sees how much of its limit a container holds", async ({ workspace, probing, skip }) => {
    skip(!(await engine.limitsMemory()), "the machine does not limit memory");
    const holding = `perl -e 'vec($held, 40_000_000, 8) = 1; open F, ">/tmp/held"; close F; sleep 1_000'`;
    const { services } = await workspace.start({
      web: container(images.service, {
        command: ["sh", "-c", `until [ -e /tmp/go ]; do sleep 0.02; done; ${holding}`],
        stopGraceMs: 0,
        limits: { memoryBytes: 64 * 1_024 * 1_024 },
      }),
    });
    const probe = memory({ maxUsedRatio: 0.5 });

    expect(await probing.see(probe, services.web)).toBe("healthy");

    await services.web.exec(["touch", "/tmp/go"]);
    await vi.waitUntil(async () => (await probing.see(file("/tmp/held"), services.web)) === "healthy", {
      timeout: 20_000,
    });
    expect(await probing.see(probe, services.web)).toMatch(
      /^[67]\d(\.\d)? % of the memory is used, at most 50 % may be$/,
    );
    expect(await probing.see(memory({ maxUsedRatio: 0.99 }), services.web)).toBe("healthy");
  });
});
