import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { describe, expect, onTestFinished } from "vitest";
import type { CleanroomError, ServiceDefinition } from "../../src/index.ts";
import { container, HealthError, http, postgres, redis } from "../../src/index.ts";
import * as engine from "../support/engine.ts";
import type { Workspace } from "../support/workspace.ts";
import { failureOf, images, test } from "../support/workspace.ts";

/** What a start fails with, once it is certain that it left nothing. */
async function failedStart(workspace: Workspace, service: ServiceDefinition<unknown>): Promise<CleanroomError> {
  const error = await failureOf(workspace.start({ web: service }));
  expect(await workspace.left()).toEqual([]);
  return error as CleanroomError;
}

/** A message without the times in it, which differ. */
function timeless({ message }: Error): string {
  return message.replaceAll(/\d+ ms/g, "N ms").replaceAll(/\d+ attempts/g, "N attempts");
}

describe("an image", () => {
  test("whose registry does not answer", async ({ workspace }) => {
    const error = await failedStart(workspace, container("localhost:1/missing:1"));

    expect(error.code).toBe("CLEANROOM_REGISTRY_UNREACHABLE");
    expect(error.message).toMatch(
      /^web could not be created from localhost:1\/missing:1: Get "http:\/\/localhost:1\/v2\/": dial tcp .*connection refused\n/,
    );
    expect(error.message.split("\n")[1]).toBe(
      "Check the network, pull the image beforehand, or set CLEANROOM_IMAGE_SUBSTITUTIONS to an image that is present.",
    );
  });

  test("that is not there and must not be pulled", async ({ workspace }) => {
    const error = await failedStart(workspace, container("cleanroom-test/missing:1", { pullPolicy: "never" }));

    expect(error.code).toBe("CLEANROOM_IMAGE_NOT_FOUND");
    expect(error.message).toBe(
      "web could not be created from cleanroom-test/missing:1: No such image: cleanroom-test/missing:1\n" +
        "Check the name and the tag, or build it first. Where nothing can be pulled, set CLEANROOM_IMAGE_SUBSTITUTIONS.",
    );
  });

  test("whose name cannot be one", async ({ workspace }) => {
    const error = await failedStart(workspace, container("not an image"));

    expect(error.code).toBe("CLEANROOM_CONFIGURATION");
    expect(error.message).toContain("must be named as in `docker run`, for example `postgres:17-alpine`");
  });
});

describe("an option", () => {
  test("with a typing mistake comes with what was meant, all mistakes at once", async ({ workspace }) => {
    const options = { portz: [80], healt: false, somethingElse: 1 };
    const error = await failedStart(workspace, container(images.service, options as object));

    expect(error.code).toBe("CLEANROOM_CONFIGURATION");
    expect(error.message).toContain("portz: is not an option; did you mean `ports`?");
    expect(error.message).toContain("healt: is not an option; did you mean `health`?");
    expect(error.message).toMatch(/somethingElse: is not an option; known are .*attemptTimeoutMs, build, command, /);
  });

  test("with a bad value is named", async ({ workspace }) => {
    const error = await failedStart(
      workspace,
      container(images.service, {
        ports: [80, 70_000],
        limits: { memoryBytes: 1024 },
        files: [{ target: "relative", content: "" }],
      }),
    );

    expect(error.code).toBe("CLEANROOM_CONFIGURATION");
    expect(error.message).toContain("ports.1: ");
    expect(error.message).toContain("limits.memoryBytes: the engine's least is 6 MiB");
    expect(error.message).toContain("files.0.target: must be an absolute path in the container");
  });

  test("of PostgreSQL or Redis is checked as well", async ({ workspace }) => {
    const error = await failedStart(workspace, postgres(images.postgres, { databse: "x" } as object));
    const other = await failedStart(workspace, redis(images.redis, { databases: 1 }));

    expect(error.message).toContain("databse: is not an option; did you mean `database`?");
    expect(other.message).toContain("databases: ");
  });

  test("that only the engine can judge comes with its words", async ({ workspace }) => {
    const error = await failedStart(
      workspace,
      container(images.service, { engineOptions: { HostConfig: { Runtime: "not-there" } } }),
    );

    expect(error.message).toMatch(/^web could not be created from .*not-there/);
    expect(error.code).toBe("CLEANROOM_CREATION_REFUSED");
    expect(error).toHaveProperty("details.container", "web");
  });

  test("for a kernel parameter that only the engine knows not to be there is named", async ({ workspace }) => {
    const sysctls = { "net.core.not_there": "1" };
    const error = await failedStart(
      workspace,
      container(images.service, { engineOptions: { HostConfig: { Sysctls: sysctls } } }),
    );

    expect(error.code).toBe("CLEANROOM_UNSUPPORTED");
    expect(error.message).toMatch(
      /^web cannot have `engineOptions.HostConfig.Sysctls.net.core.not_there` of its own: /,
    );
  });

  test("that names a file which is not there is refused before anything starts", async ({ workspace }) => {
    const files = [{ target: "/f", source: "missing.txt" }];
    const error = await failedStart(workspace, container(images.service, { files }));

    expect(error.message).toBe(`web is not valid:\n  files: there is no ${workspace.directory}/missing.txt`);
  });
});

describe("a port that is taken", () => {
  const hint = "Leave out `hostPort` to get a free port, or stop what listens on it.";

  test("by a server on this machine", async ({ workspace }) => {
    const server = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;

    const error = await failedStart(
      workspace,
      container(images.service, { ports: [{ containerPort: 8080, hostPort: port }] }),
    );

    expect(error.code).toBe("CLEANROOM_PORT_IN_USE");
    expect(error.message).toContain(`web could not be created from ${images.service}: `);
    expect(error.message).toContain(`${port}`);
    expect(error.message.split("\n").at(-1)).toBe(hint);
  });

  test("by another container", async ({ workspace }) => {
    const { services } = await workspace.start({ first: container(images.service, { ports: [8080] }) });
    const before = await workspace.left();
    const hostPort = services.first.port();

    const error = (await failureOf(
      workspace.start({ web: container(images.service, { ports: [{ containerPort: 8080, hostPort }] }) }),
    )) as CleanroomError;

    expect(error.code).toBe("CLEANROOM_PORT_IN_USE");
    expect(error.message).toContain(`127.0.0.1:${hostPort}`);
    expect(error.message.split("\n").at(-1)).toBe(hint);
    expect(await workspace.left()).toEqual(before);
    expect(await (await fetch(services.first.url)).text()).toBe("hello");
  });
});

describe("a process", () => {
  test("that exits at its start tells its code and its last lines", async ({ workspace }) => {
    const script = "for n in $(seq 30); do echo line $n; done; exit 3";
    const error = await failedStart(
      workspace,
      container(images.service, { command: ["sh", "-c", script], ports: [8080] }),
    );

    const lastLines = Array.from({ length: 20 }, (_, index) => `  line ${index + 11}`).join("\n");
    expect(error.code).toBe("CLEANROOM_EXITED_AT_START");
    expect(timeless(error)).toBe(
      `web (${images.service}) exited with code 3 after N ms, before it was ready.\nIts last log lines:\n${lastLines}`,
    );
  });

  test("that exits without a word says so", async ({ workspace }) => {
    const error = await failedStart(workspace, container(images.service, { command: ["false"], ports: [8080] }));

    expect(timeless(error)).toBe(
      `web (${images.service}) exited with code 1 after N ms, before it was ready.\nIt logged nothing.`,
    );
  });

  test("that exits at once is noticed without a probe, too", async ({ workspace }) => {
    // What ends later, when nobody waits any more, is another matter; here the engine is asked after the start.
    const error = await failedStart(
      workspace,
      container(images.service, { command: ["false"], health: { name: "never", check: () => new Promise(() => {}) } }),
    );

    expect(error.code).toBe("CLEANROOM_EXITED_AT_START");
  });

  test("that cannot be run", async ({ workspace }) => {
    const error = await failedStart(workspace, container(images.service, { command: ["no-such-program"] }));

    expect(error.code).toBe("CLEANROOM_COMMAND_NOT_RUNNABLE");
    expect(error.message).toMatch(
      new RegExp(`^web \\(${images.service}\\) could not be started: .*"no-such-program": executable file not found`),
    );
    expect(error.message.split("\n").at(-1)).toBe("Check its `command`, `entrypoint` and `user`.");
  });

  test("that is not executable", async ({ workspace }) => {
    const error = await failedStart(workspace, container(images.service, { command: ["/etc/hostname"] }));

    expect(error.code).toBe("CLEANROOM_COMMAND_NOT_RUNNABLE");
    expect(error.message).toContain('"/etc/hostname": permission denied');
    expect(error.message.split("\n").at(-1)).toBe("Check its `command`, `entrypoint` and `user`.");
  });

  test("whose user does not exist", async ({ workspace }) => {
    const error = await failedStart(workspace, container(images.service, { user: "nobody-at-all" }));

    expect(error.code).toBe("CLEANROOM_COMMAND_NOT_RUNNABLE");
    expect(error.message).toContain("unable to find user nobody-at-all");
  });

  test("that uses more memory than it may", async ({ workspace, skip }) => {
    skip(!(await engine.limitsMemory()), "the engine cannot limit memory");
    const error = await failedStart(
      workspace,
      container(images.service, {
        command: ["sh", "-c", "echo starting; exec tail /dev/zero"],
        limits: { memoryBytes: 16 * 1024 * 1024 },
        ports: [8080],
      }),
    );

    expect(error.code).toBe("CLEANROOM_OUT_OF_MEMORY");
    expect(error.message).toBe(
      "web was killed because it used more memory than its limit of 16777216 bytes.\n" +
        "Raise `limits.memoryBytes`, or make it use less.\nIts last log lines:\n  starting",
    );
  });

  test("that is killed for another reason was not out of memory", async ({ workspace }) => {
    const error = await failedStart(
      workspace,
      container(images.service, { command: ["sh", "-c", "sleep 0.1; exit 137"], ports: [8080] }),
    );

    expect(error.code).toBe("CLEANROOM_EXITED_AT_START");
  });
});

describe("a service that never becomes healthy", () => {
  test("tells its probe, what that saw, and its log", async ({ workspace }) => {
    const error = await failedStart(
      workspace,
      container(images.service, {
        ports: [8080],
        env: { LOG: "waiting for a licence", READY_STATUS: "500" },
        health: http({ port: 8080, path: "/ready" }),
        startTimeoutMs: 2_000,
      }),
    );

    expect(error.code).toBe("CLEANROOM_HEALTH_TIMEOUT");
    expect(error).toBeInstanceOf(HealthError);
    expect(error).toHaveProperty(
      "details.elapsedMs",
      expect.toSatisfy((elapsedMs: number) => elapsedMs >= 2_000),
    );
    expect(timeless(error).split("\n")).toEqual([
      "web was not healthy after N ms (http GET :8080/ready, N attempts).",
      expect.stringMatching(/^Last seen: (.*; )?status 500 \("ready"\)\.$/),
      "Raise `startTimeoutMs` if it only needs longer; otherwise check `health` and the logs.",
      "Its last log lines:",
      "  waiting for a licence",
    ]);
    expect(error.cause).toMatchObject({ code: "CLEANROOM_PROBE_FAILED", message: 'status 500 ("ready")' });
  });

  test("because nothing ever answers is given up when its time is over, and not much later", async ({ workspace }) => {
    const startTimeoutMs = 1_500;
    const delays = monitorEventLoopDelay({ resolution: 1 });
    onTestFinished(() => void delays.disable());
    const web = container(images.service, {
      ...{ ports: [8080], env: { HANG: "1" }, health: http({ port: 8080 }) },
      ...{ startTimeoutMs, attemptTimeoutMs: 60_000 },
    });
    const listeners = { "container:state": () => void delays.enable() }; // What was loaded until then took longer.

    const error = await failureOf(workspace.start({ web }, { listeners }));

    expect(error).toMatchObject({ code: "CLEANROOM_HEALTH_TIMEOUT", details: { attempts: 1 } });
    const isInTime = (elapsedMs: number): boolean =>
      elapsedMs >= startTimeoutMs && elapsedMs <= startTimeoutMs + 100 + delays.max / 1e6; // The process may have been held up.
    expect(error).toHaveProperty("details.elapsedMs", expect.toSatisfy(isInTime));
  });

  test("because its port is not published hears that at once", async ({ workspace }) => {
    const error = await failedStart(
      workspace,
      container(images.service, { ports: [8080], health: http({ port: 81 }) }),
    );

    expect(error.message).toBe(
      "web is not valid:\n  ports: port 81/tcp is not published (published: 8080/tcp); add it to `ports`",
    );
  });

  test("though its probe did, when its initialisation takes too long", async ({ workspace }) => {
    const error = await failedStart(
      workspace,
      container(images.service, { ports: [8080], init: [["sleep", "600"]], startTimeoutMs: 6_000 }),
    );

    expect(error.code).toBe("CLEANROOM_TIMEOUT");
    expect(error.message).toBe(
      "Could not initialise web within 6000 ms.\nRaise `startTimeoutMs` if it only needs longer.",
    );
    expect(error).toMatchObject({
      details: {
        phase: "initialise",
        timeoutMs: 6_000,
        // Timers may ring a little early.
        elapsedMs: expect.toSatisfy((elapsedMs: number) => elapsedMs >= 5_990) as number,
      },
    });
  });
});

test("what a customizer throws passes through, and nothing is left", async ({ workspace }) => {
  const failure = new Error("not on my machine");
  const customizers = [
    () => {
      throw failure;
    },
  ];

  expect(await failedStart(workspace, container(images.service, { customizers }))).toBe(failure);
});
