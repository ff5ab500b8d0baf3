import { readFileSync } from "node:fs";
import { describe, expect, vi } from "vitest";
import type {
  CleanroomError,
  GenericContainer,
  HealthError,
  HealthProbe,
  Probe,
  ProbeTarget,
} from "../../src/index.ts";
import { all, any, command, container, file, http, tcp } from "../../src/index.ts";
import { checkProbe } from "../../src/health/check-probe.ts";
import { systemClock } from "../../src/time/system-clock.ts";
import * as engine from "../support/engine.ts";
import { failureOf, images, test } from "../support/workspace.ts";

/** Waits for a file before it listens, so a test decides when that is. */
const gated = container(images.service, {
  command: ["sh", "-c", "until [ -e /tmp/go ]; do sleep 0.02; done; exec service"],
  ports: [8080],
  health: false,
});

/** How a probe reaches a container from here, once past the engine's proxy and once only through it. */
async function targetsOf(handle: GenericContainer): Promise<Record<"direct" | "forwarded", ProbeTarget>> {
  const { NetworkSettings } = await engine.inspectExisting(handle.id);
  const address = Object.values(NetworkSettings.Networks)[0]?.IPAddress;
  const forwarded: ProbeTarget = {
    host: handle.host,
    hostPort: (containerPort) => handle.port(containerPort),
    isInMemory: () => false,
    exec: (line, options) => handle.exec(line, options),
    statFile: () => Promise.reject(new Error("not used")),
    readFile: () => Promise.reject(new Error("not used")),
  };
  return { forwarded, direct: { ...forwarded, directAddress: address } };
}

/** What one attempt saw; `healthy` when it succeeded. */
async function attempt(probe: Probe, target: ProbeTarget): Promise<string> {
  return checkProbe(probe, target, systemClock, AbortSignal.timeout(10_000)).then(
    () => "healthy",
    (error: unknown) => (error as Error).message,
  );
}

describe("a TCP probe", () => {
  test.for(["direct", "forwarded"] as const)("is not fooled by the engine's proxy: %s", async (way, { workspace }) => {
    const { services } = await workspace.start({ web: gated });
    const target = (await targetsOf(services.web))[way];
    const expected = way === "direct" ? "nothing listens on port 8080" : "the connection was closed";

    // The control: somebody accepts the connection on the published port, though nobody listens inside.
    expect(await acceptsConnections(services.web.port())).toBe(true);
    for (let attempts = 0; attempts < 5; attempts += 1) expect(await attempt(tcp(8080), target)).toBe(expected);

    await services.web.exec(["touch", "/tmp/go"]);
    await vi.waitUntil(async () => (await attempt(tcp(8080), target)) === "healthy", { timeout: 10_000 });
    expect(await (await fetch(services.web.url)).text()).toBe("hello");
  });

  test("waits for the process, and succeeds once it listens", async ({ workspace }) => {
    const { services } = await workspace.start({
      web: container(images.service, { ports: [8080], env: { LISTEN_AFTER_MS: "700" } }),
    });

    // The first request gets its answer: nothing but the process itself can have been waited for.
    expect(await (await fetch(services.web.url)).text()).toBe("hello");
  });

  test("never succeeds on a published port that nothing listens on", async ({ workspace }) => {
    const starting = workspace.start({
      web: container(images.service, { ports: [8080, 9090], startTimeoutMs: 2_500 }),
    });

    const error = (await failureOf(starting)) as HealthError;
    expect(error.code).toBe("CLEANROOM_HEALTH_TIMEOUT");
    expect(error.details.probe).toBe("all of (tcp 8080, tcp 9090)");
    // At first the other port may not listen either. Which words it is depends on whether this process may reach containers past the engine's proxy.
    expect(error.details.lastResults.at(-1)).toMatch(/^(nothing listens on port 9090|the connection was closed)$/);
    expect(error.details.attempts).toBeGreaterThan(3);
  });
});

/** Whether anybody, be it the engine's proxy, takes a connection. */
async function acceptsConnections(port: number): Promise<boolean> {
  const { connect } = await import("node:net");
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => {
      resolve(true);
      socket.destroy();
    });
    socket.once("error", () => {
      resolve(false);
    });
  });
}

describe("an HTTP probe", () => {
  test("waits for the status to turn from 503 to 200", async ({ workspace }) => {
    const { services } = await workspace.start({
      web: container(images.service, {
        ports: [8080],
        env: { READY_AFTER_MS: "500" },
        health: http({ port: 8080, path: "/ready" }),
      }),
    });

    expect((await fetch(`${services.web.url}/ready`)).status).toBe(200);
  });

  test("goes by what it is asked: another path is healthy while that one is not", async ({ workspace }) => {
    const { services } = await workspace.start({
      web: container(images.service, {
        ports: [8080],
        env: { READY_AFTER_MS: "600000" },
        health: http({ port: 8080, path: "/" }),
      }),
    });

    expect((await fetch(`${services.web.url}/ready`)).status).toBe(503);
  });

  test.for([
    [http({ port: 8080 }), "healthy"],
    [http({ port: 8080, path: "/nowhere" }), 'status 404 ("no such route")'],
    [http({ port: 8080, path: "/nowhere", status: 404 }), "healthy"],
    [http({ port: 8080, status: [201, 204] }), 'status 200 ("hello")'],
    [http({ port: 8080, bodyIncludes: "ell" }), "healthy"],
    [http({ port: 8080, bodyIncludes: "goodbye" }), 'body "hello"'],
    [http({ port: 8080, path: "/env/NAME", bodyIncludes: "value" }), "healthy"],
  ] as const)("sees %j as %s", async ([probe, expected], { workspace }) => {
    const { services } = await workspace.start({
      web: container(images.service, { ports: [8080], env: { NAME: "value" } }),
    });

    expect(await attempt(probe, (await targetsOf(services.web)).direct)).toBe(expected);
  });
});

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

  test("that fails tells its exit code and what it wrote to standard error", async ({ workspace }) => {
    const { services } = await workspace.start({ web: container(images.service, { ports: [8080] }) });
    const { direct } = await targetsOf(services.web);

    expect(await attempt(command(["sh", "-c", "echo out; echo why >&2; exit 2"]), direct)).toBe("exit code 2: why");
    expect(await attempt(command(["sh", "-c", "echo out; exit 2"]), direct)).toBe("exit code 2: out");
    expect(await attempt(command(["false"]), direct)).toBe("exit code 1");
    expect(await attempt(command(["echo", "no"], { outputIncludes: "yes" }), direct)).toBe("other output: no");
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
});

describe("probes together", () => {
  const healthy = http({ port: 8080 });
  const unhealthy = http({ port: 8080, path: "/nowhere" });

  test.for([
    [all(healthy, healthy), "healthy"],
    [all(healthy, unhealthy), 'status 404 ("no such route")'],
    [any(unhealthy, healthy), "healthy"],
    [any(unhealthy, command(["false"])), 'status 404 ("no such route"), exit code 1'],
    [all(any(unhealthy, healthy), tcp(8080)), "healthy"],
  ] as const)("%j are %s", async ([probe, expected], { workspace }) => {
    const { services } = await workspace.start({ web: container(images.service, { ports: [8080] }) });

    expect(await attempt(probe, (await targetsOf(services.web)).direct)).toBe(expected);
  });

  test("do not wait for the slow one when one is enough", async ({ workspace }) => {
    const { services } = await workspace.start({ web: container(images.service, { ports: [8080] }) });
    const slow: HealthProbe = {
      name: "slow",
      check: (_target, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            reject(signal.reason as Error);
          });
        }),
    };

    expect(await attempt(any(slow, healthy), (await targetsOf(services.web)).direct)).toBe("healthy");
  });
});

test("a probe of one's own decides, and can reach the container", async ({ workspace }) => {
  const seen: string[] = [];
  const probe: HealthProbe = {
    name: "third time lucky",
    check: async (target, signal) => {
      const { stdout } = await target.exec(["hostname"], {}, signal);
      const stat = await target.statFile("/etc/hostname", signal);
      const content = (await target.readFile("/etc/hostname", signal)).toString();
      seen.push(`${stdout.trim()} ${content.trim()} ${stat?.isDirectory}`);
      if (seen.length < 3) throw new Error(`only ${seen.length}`);
    },
  };
  await workspace.start({ web: container(images.service, { hostname: "probed", health: probe }) });

  expect(seen).toEqual(["probed probed false", "probed probed false", "probed probed false"]);
});

test("what a probe of one's own throws is what was last seen", async ({ workspace }) => {
  const probe: HealthProbe = { name: "never", check: () => Promise.reject(new Error("the moon is wrong")) };
  const starting = workspace.start({ web: container(images.service, { health: probe, startTimeoutMs: 1_500 }) });

  const error = (await failureOf(starting)) as HealthError;
  expect(error.details).toMatchObject({ probe: "never", lastResults: ["the moon is wrong"] });
  expect(error.cause).toEqual(new Error("the moon is wrong"));
});

describe("a probe that hangs", () => {
  test("ends at its limit, is tried again, and leaves no socket open", async ({ workspace }) => {
    const ports: number[] = [];
    const spy: HealthProbe = { name: "spy", check: async (target) => void ports.push(target.hostPort(8080)) };
    const starting = workspace.start({
      web: container(images.service, {
        ports: [8080],
        env: { HANG: "1" },
        health: all(spy, http({ port: 8080 })),
        attemptTimeoutMs: 200,
        startTimeoutMs: 3_000,
      }),
    });

    const { details } = (await failureOf(starting)) as HealthError;

    expect(details.lastResults.at(-1)).toBe("no answer within 200 ms");
    expect(details.attempts).toBeGreaterThan(2);
    expect(openConnectionsTo(ports[0]!)).toBe(0);
  });

  test("would be seen if it left one", async ({ workspace }) => {
    const { services } = await workspace.start({
      web: container(images.service, { ports: [8080], env: { HANG: "1" } }),
    });
    const { connect } = await import("node:net");
    const socket = connect({ host: "127.0.0.1", port: services.web.port() });
    await new Promise((resolve) => socket.once("connect", resolve));

    expect(openConnectionsTo(services.web.port())).toBe(1);
    socket.destroy();
  });

  test("on a paused container ends as well", async ({ workspace }) => {
    const { services } = await workspace.start({ web: container(images.service, { ports: [8080] }) });
    const { forwarded } = await targetsOf(services.web);
    await engine.interfere(services.web.id, "pause");

    const seen = await checkProbe(http({ port: 8080 }), forwarded, systemClock, AbortSignal.timeout(300)).catch(
      (error: unknown) => (error as Error).name,
    );
    await engine.interfere(services.web.id, "unpause");

    expect(seen).toBe("AbortError");
    expect(await attempt(http({ port: 8080 }), forwarded)).toBe("healthy");
  });
});

/** How many connections this machine has open to a port of its own, in the client's role. */
function openConnectionsTo(port: number): number {
  const ESTABLISHED = "01";
  const remote = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const rows = readFileSync("/proc/self/net/tcp", "utf8").split("\n");
  return rows.map((row) => row.trim().split(/\s+/)).filter((row) => row[2] === remote && row[3] === ESTABLISHED).length;
}

describe("a container that ends while it is waited for", () => {
  test("is noticed at once, long before the deadline", async ({ workspace }) => {
    const startedAtMs = performance.now();
    const starting = workspace.start({
      web: container(images.service, {
        ports: [8080],
        env: { LISTEN_AFTER_MS: "600000", EXIT_AFTER_MS: "300", EXIT_CODE: "4" },
        startTimeoutMs: 50_000,
      }),
    });

    await expect(starting).rejects.toMatchObject({ code: "CLEANROOM_EXITED_AT_START", details: { exitCode: 4 } });
    expect(performance.now() - startedAtMs).toBeLessThan(20_000);
  });

  test("even with code 0, and even when somebody else ends it", async ({ workspace }) => {
    const quiet = workspace.start({
      web: container(images.service, { ports: [8080], env: { LISTEN_AFTER_MS: "600000", EXIT_AFTER_MS: "100" } }),
    });
    await expect(quiet).rejects.toMatchObject({ details: { exitCode: 0 } });

    const killed = failureOf(
      workspace.start({ web: container(images.service, { ports: [8080], env: { LISTEN_AFTER_MS: "600000" } }) }),
    );
    const running = async (): Promise<string | undefined> =>
      (await workspace.containers()).find(({ State }) => State.Running)?.Id;
    const id = await vi.waitUntil(running, { timeout: 20_000 });
    await engine.interfere(id, "kill");
    expect(await killed).toMatchObject({ code: "CLEANROOM_EXITED_AT_START", details: { exitCode: 137 } });
  });
});
