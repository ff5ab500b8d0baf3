import { createServer } from "node:net";
import { once } from "node:events";
import type { ContainerInspectInfo } from "dockerode";
import { describe, expect, vi } from "vitest";
import { container, http } from "../../src/index.ts";
import type { HealthError, StartError } from "../../src/index.ts";
import * as engine from "../support/engine.ts";
import { runCleanroom } from "../support/run-cleanroom.ts";
import { runningCoordinators } from "../support/running-coordinators.ts";
import { failureOf, images, test, type Workspace } from "../support/workspace.ts";

const exiting = container(images.service, {
  env: { EXIT_AFTER_MS: "50", EXIT_CODE: "3", LISTEN_AFTER_MS: "60000", LOG: "no disk" },
  ports: [8080],
  network: true,
});
const sound = (): ReturnType<typeof container> => container(images.service, { ports: [8080], network: true });

/** What the engine has of this test, and nothing else of it. */
async function onlyContainerOf(workspace: Workspace): Promise<ContainerInspectInfo> {
  const containers = await workspace.containers();
  expect(await workspace.left()).toEqual(containers.map(({ Name }) => Name)); // No networks.
  expect(containers).toHaveLength(1);
  return containers[0]!;
}

describe("with `keepOnFailure`, a container", () => {
  test("that exits at its start is kept, alone, and the error says how to look at it", async ({ workspace }) => {
    const starting = workspace.start({ web: exiting, other: sound() }, { keepOnFailure: true });

    const { details, message } = (await failureOf(starting)) as StartError;

    const kept = await onlyContainerOf(workspace);
    expect(kept.Name).toBe(`/${details.keptAs!}`);
    expect(kept.State).toMatchObject({ Status: "exited", ExitCode: 3 });
    expect(await engine.logs(kept.Id)).toContain("no disk");
    expect(message.split("\n").at(-1)).toBe(
      `It is kept as ${details.keptAs!}: \`docker logs ${details.keptAs!}\` shows its log, \`docker cp\` copies its files, ` +
        `\`docker rm -fv ${details.keptAs!}\` removes it.`,
    );
    await workspace.removeLeft();
  });

  test("that never becomes healthy is kept as it runs, off its network and its port", async ({ workspace }) => {
    const port = await freePort();
    const web = (path: string): ReturnType<typeof container> =>
      container(images.service, {
        ports: [{ containerPort: 8080, hostPort: port }],
        health: http({ port: 8080, path }),
        startTimeoutMs: 3_000,
        network: true,
      });
    const starting = workspace.start({ web: web("/missing"), other: sound() }, { keepOnFailure: true });

    const { details } = (await failureOf(starting)) as HealthError;

    const kept = await onlyContainerOf(workspace);
    expect(kept.Name).toBe(`/${details.keptAs!}`);
    expect(kept.State.Running).toBe(true);
    expect(kept.NetworkSettings.Networks).toEqual({});
    expect(await engine.commandLines(kept.Id)).toContain("service");
    expect((await workspace.start({ web: web("/") })).services.web.port()).toBe(port);
    await engine.removeContainer(kept.Id);
  });

  test("that ends while it is used is kept, alone, and the report and a warning tell", async ({ workspace }) => {
    const warnings = vi.spyOn(process, "emitWarning").mockReturnValue();
    const environment = await workspace.start({ web: sound(), other: sound() }, { keepOnFailure: true });
    const { id } = environment.services.web;
    const failed = new Promise((resolve) => {
      environment.on("container:state", ({ name, to }) => {
        if (name === "web" && to === "failed") resolve(undefined);
      });
    });
    await engine.interfere(id, "kill");
    await failed;

    const { containers, errors } = await environment.cleanup();

    const kept = await onlyContainerOf(workspace);
    expect(kept.Id).toBe(id);
    expect(errors).toEqual([]);
    const outcomes = Object.fromEntries(containers.map(({ name, outcome, exitCode }) => [name, [outcome, exitCode]]));
    expect(outcomes).toEqual({ web: ["kept-failed", 137], other: ["stopped", 0] });
    expect(`/${containers.find(({ name }) => name === "web")!.keptAs!}`).toBe(kept.Name);
    expect(warnings.mock.calls.map(([text]) => String(text).split("\n")[0])).toEqual([
      "web ended with exit code 137 while it was used.",
    ]);
    await workspace.removeLeft();
  });

  test("whose start was tried several times is that of the last attempt", async ({ workspace }) => {
    const made: string[] = [];
    const web = container(images.service, {
      env: { EXIT_AFTER_MS: "50", EXIT_CODE: "3", LISTEN_AFTER_MS: "60000" },
      ports: [8080],
      recovery: { retry: { attempts: 2, delayMs: 1 } },
    });
    const starting = workspace.start(
      { web },
      {
        keepOnFailure: true,
        listeners: {
          "container:state": ({ id, to }) => {
            if (to === "created") made.push(id);
          },
        },
      },
    );

    const { details } = (await failureOf(starting)) as StartError;

    const kept = await onlyContainerOf(workspace);
    expect(made).toHaveLength(2);
    expect(kept).toMatchObject({ Id: made[1], Name: `/${details.keptAs!}` });
    await workspace.removeLeft();
  });

  test("whose failure no other attempt could mend is kept, however many there may be", async ({ workspace }) => {
    const web = container(images.service, {
      env: { EXIT_AFTER_MS: "50", EXIT_CODE: "3", LISTEN_AFTER_MS: "60000" },
      ports: [8080],
      recovery: { retry: { attempts: 2, on: ["CLEANROOM_PORT_IN_USE"] } },
    });

    const { details } = (await failureOf(workspace.start({ web }, { keepOnFailure: true }))) as StartError;

    expect((await onlyContainerOf(workspace)).Name).toBe(`/${details.keptAs!}`);
    await workspace.removeLeft();
  });

  test("that a single test has is not kept, what all share is", async ({ workspace }) => {
    vi.spyOn(process, "emitWarning").mockReturnValue();
    const web = container(images.service, { ports: [8080], isolation: {} });
    const environment = await workspace.start({ web }, { keepOnFailure: true });
    const { web: shared } = environment.services;
    const own = await shared.isolate();
    for (const { id } of [own, shared]) {
      await engine.interfere(id, "kill");
      await vi.waitUntil(async () => !(await engine.inspectExisting(id)).State.Running);
    }

    await own[Symbol.asyncDispose]();
    await environment.cleanup();

    expect((await onlyContainerOf(workspace)).Id).toBe(shared.id);
    await workspace.removeLeft();
  });

  test("whose start was given up is not kept", async ({ workspace }) => {
    const abort = new AbortController();
    const starting = workspace.start(
      { web: container(images.service, { ports: [8080], health: http({ port: 8080, path: "/missing" }) }) },
      {
        keepOnFailure: true,
        signal: abort.signal,
        listeners: {
          "container:state": ({ to }) => {
            if (to === "starting") abort.abort(new Error("enough"));
          },
        },
      },
    );

    expect(await failureOf(starting)).toEqual(new Error("enough"));
    expect(await workspace.left()).toEqual([]);
  });

  test("is in nobody's way, and stays when another coordinator begins", { timeout: 90_000 }, async ({ workspace }) => {
    await failureOf(workspace.start({ web: exiting }, { keepOnFailure: true }));
    const kept = await onlyContainerOf(workspace);
    const stateDirectory = process.env["CLEANROOM_STATE_DIR"]!;
    await vi.waitUntil(() => runningCoordinators(stateDirectory).length === 0, { timeout: 30_000 });

    const environment = await workspace.start({ web: sound() });
    await environment.cleanup();

    expect((await onlyContainerOf(workspace)).Id).toBe(kept.Id);
    await workspace.removeLeft();
  });
});

describe("without it", () => {
  test("nothing is left: the control", async ({ workspace }) => {
    const { details, message } = (await failureOf(workspace.start({ web: exiting }))) as StartError;

    expect(details).not.toHaveProperty("keptAs");
    expect(message).not.toContain("kept");
    expect(await workspace.left()).toEqual([]);
  });

  test.for([
    ["true", false, 1],
    ["false", true, 0],
  ] as const)(
    "CLEANROOM_KEEP_ON_FAILURE=%s decides, whatever the configuration says",
    async ([variable, configured, left], { workspace }) => {
      vi.stubEnv("CLEANROOM_KEEP_ON_FAILURE", variable);
      await failureOf(workspace.start({ web: exiting }, { keepOnFailure: configured }));
      vi.unstubAllEnvs();

      expect(await workspace.left()).toHaveLength(left);
      await workspace.removeLeft();
    },
  );

  test("and where nothing is shared, nothing is kept", async ({ workspace }) => {
    const starting = workspace.start({ web: exiting }, { keepOnFailure: true, coordination: "in-process" });

    expect(((await failureOf(starting)) as StartError).details).not.toHaveProperty("keptAs");
    expect(await workspace.left()).toEqual([]);
  });
});

test.for(["down", "prune"])(
  "what is kept is listed by `cleanroom ps`, and goes with `cleanroom %s`",
  async (command, { workspace }) => {
    await failureOf(workspace.start({ web: exiting }, { keepOnFailure: true }));
    const { Name, Id } = await onlyContainerOf(workspace);

    const ps = await runCleanroom(workspace, "ps");
    const removal = await runCleanroom(workspace, command);

    expect(ps.output).toContain("Failed, and kept to be looked at:\n");
    expect(ps.output).toMatch(new RegExp(`^web +${Name.slice(1)} `, "m"));
    expect(removal).toMatchObject({ code: 0, errors: "" });
    expect(removal.output).toContain(Name.slice(1));
    expect(await engine.inspect(Id)).toBeUndefined();
  },
);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
