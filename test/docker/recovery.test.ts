import { randomUUID } from "node:crypto";
import { describe, expect, onTestFinished, vi } from "vitest";
import type { EventMap, GenericContainer, ServiceDefinition } from "../../src/index.ts";
import { CleanroomEnvironment, container, redis } from "../../src/index.ts";
import { Client } from "../support/coordinator-processes.ts";
import type { EngineEvent } from "../support/engine.ts";
import * as engine from "../support/engine.ts";
import { runRedis } from "../support/foreign-servers.ts";
import type { Workspace } from "../support/workspace.ts";
import { failureOf, images, test } from "../support/workspace.ts";

/** What the engine does to the test's containers, from now on. */
async function watched(workspace: Workspace): Promise<EngineEvent[]> {
  const events: EngineEvent[] = [];
  const watch = await engine.watchContainers(`dev.cleanroom.project=${workspace.directory}`, (event) => {
    events.push(event);
  });
  onTestFinished(() => {
    watch[Symbol.dispose]();
  });
  return events;
}

/** What happened to the containers, in the engine's words; all that Cleanroom itself looks at left out. */
function storyOf(events: readonly EngineEvent[]): readonly string[] {
  const told = ["create", "start", "destroy"];
  return events.map(({ Action }) => Action).filter((action) => told.includes(action));
}

function timesOf(events: readonly EngineEvent[], action: string): readonly number[] {
  return events.filter(({ Action }) => Action === action).map(({ timeNano }) => timeNano / 1e6);
}

/** A service whose process exits, each time. */
function exiting(
  recovery: NonNullable<Parameters<typeof container>[1]>["recovery"],
): ServiceDefinition<GenericContainer> {
  return container(images.service, { command: ["false"], ports: [8080], ...(recovery && { recovery }) });
}

describe("a start that fails", () => {
  test("is tried again after 100, 200 and 400 ms, each time when the failed container is gone", async ({
    workspace,
  }) => {
    const events = await watched(workspace);
    const web = exiting({ retry: { attempts: 4, delayMs: 100, factor: 2, jitterRatio: 0 } });

    const error = await failureOf(workspace.start({ web }));

    await vi.waitFor(() => {
      expect(storyOf(events)).toEqual(Array.from({ length: 4 }, () => ["create", "start", "destroy"]).flat());
    });
    const created = timesOf(events, "create");
    const pauses = timesOf(events, "destroy").map((goneAtMs, index) => (created[index + 1] ?? 0) - goneAtMs);
    for (const [index, wantedMs] of [100, 200, 400].entries()) {
      expect(pauses[index]).toBeGreaterThan(wantedMs - 2); // Timers may be early by a millisecond.
      expect(pauses[index]).toBeLessThan(wantedMs + 3_000);
    }
    expect(error).toMatchObject({ code: "CLEANROOM_EXITED_AT_START", errors: { length: 4 } });
    expect((error as Error).message).toMatch(
      /This was attempt 4 of 4\. Before it:\n( {2}\d: web \(.*\) exited .*\n?){3}$/,
    );
  });

  test("succeeds the second time, when the first left what it needs", async ({ workspace }) => {
    const events = await watched(workspace);
    const volume = `cleanroom-test-${randomUUID()}`;
    onTestFinished(() => engine.removeVolume(volume));
    const script = "if [ -e /state/marker ]; then exec service; fi; touch /state/marker; exit 7";
    const told: EventMap["recovery:retry"][] = [];
    const attempts: number[] = [];
    const web = container(images.service, {
      ...{ command: ["sh", "-c", script], ports: [8080] },
      mounts: [{ type: "volume", source: volume, target: "/state" }],
      recovery: { retry: {} },
    });

    const environment = await workspace.start(
      { web },
      {
        listeners: {
          "recovery:retry": (event) => void told.push(event),
          "container:ready": (event) => void attempts.push(event.attempts),
        },
      },
    );

    expect(await (await fetch(environment.services.web.url)).text()).toBe("hello");
    await vi.waitFor(() => {
      expect(storyOf(events)).toEqual(["create", "start", "destroy", "create", "start"]);
    });
    const [failed, made] = events.filter(({ Action }) => Action === "create").map(({ Actor }) => Actor);
    expect(await engine.inspect(failed?.ID ?? "")).toBeUndefined();
    expect(made?.ID).toBe(environment.services.web.id);
    expect(made?.Attributes["name"]).toBe(failed?.Attributes["name"]);
    expect(told).toMatchObject([{ name: "web", attempt: 1, attempts: 3, error: { details: { exitCode: 7 } } }]);
    expect(attempts).toEqual([2]);
  });

  test("is tried once without a policy, and where the policy does not name its failure", async ({ workspace }) => {
    const events = await watched(workspace);

    const plain = await failureOf(workspace.start({ web: exiting(undefined) }));
    const other = await failureOf(workspace.start({ web: exiting({ retry: { on: ["CLEANROOM_HEALTH_TIMEOUT"] } }) }));

    for (const error of [plain, other]) expect(error).toMatchObject({ code: "CLEANROOM_EXITED_AT_START" });
    await vi.waitFor(() => {
      expect(storyOf(events)).toEqual(["create", "start", "destroy", "create", "start", "destroy"]);
    });
  });
});

describe("a fallback", () => {
  test("is the same container for every process of the session, and is made once", async ({ workspace }) => {
    const events = await watched(workspace);
    await using session = await CleanroomEnvironment.open({ services: {} }, { rootDirectory: workspace.directory });
    const { CLEANROOM_STATE_DIR = "" } = process.env;
    const variables = { CLEANROOM_SESSION: session.sessionId, CLEANROOM_STATE_DIR };
    const clients = Array.from({ length: 3 }, () => {
      const client = new Client("../../programs/fallback-user", [workspace.directory], variables);
      onTestFinished(() => client.kill());
      return client;
    });
    for (const client of clients) expect(await client.said()).toBe("there");

    const said = await Promise.all(clients.map((client) => client.said()));

    const [made] = await workspace.containers();
    expect(await workspace.containers()).toHaveLength(1);
    expect(made?.Config.Image).toBe(images.scratch);
    expect(said).toEqual(clients.map(() => `${images.scratch} ${made?.Id ?? ""} true`));
    expect(storyOf(events)).toEqual([
      ...["create", "start", "destroy", "create", "start", "destroy"],
      ...["create", "start"],
    ]);
    for (const client of clients) expect(await client.tell("end")).toBe("ended");
  });

  test("that is a URL leads to the server that answers there, and starts nothing", async ({ workspace }) => {
    await using server = await runRedis();
    const told: EventMap["recovery:fallback"][] = [];
    const cache = redis("cleanroom-test/missing:1", {
      pullPolicy: "never",
      recovery: { retry: {}, fallback: server.url() },
    });

    const environment = await workspace.start(
      { cache },
      { listeners: { "recovery:fallback": (event) => void told.push(event) } },
    );

    await using part = await environment.services.cache.isolate();
    expect(new URL(part.url).port).toBe(String(server.port));
    expect(environment.services.cache).toMatchObject({ id: "", isFallback: true });
    expect(await workspace.containers()).toEqual([]);
    expect(told).toMatchObject([{ name: "cache", error: { code: "CLEANROOM_IMAGE_NOT_FOUND" } }]);
    expect(told[0]?.to).not.toContain("w%C3%B6rd");
  });

  test("that fails as well leaves nothing, and an error that tells both", async ({ workspace }) => {
    const fallback = container(images.service, { command: ["no-such-program"], ports: [8080] });

    const error = await failureOf(workspace.start({ web: exiting({ fallback }) }));

    expect(error).toMatchObject({
      code: "CLEANROOM_EXITED_AT_START",
      errors: [{ code: "CLEANROOM_EXITED_AT_START" }, { code: "CLEANROOM_COMMAND_NOT_RUNNABLE" }],
    });
    expect(await workspace.left()).toEqual([]);
  });
});
