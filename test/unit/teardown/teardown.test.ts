import { describe, expect, test } from "vitest";
import type { ContainerRuntime } from "../../../src/container/container-runtime.ts";
import { startContainer } from "../../../src/container/start-container.ts";
import type { StartedContainer } from "../../../src/container/started-container.ts";
import { endDependantsFirst } from "../../../src/teardown/in-dependency-order.ts";
import { stopContainer } from "../../../src/teardown/stop-container.ts";
import { FakeBackend } from "../../../src/testing/index.ts";
import { turns } from "../support/outcome.ts";
import { planWith, specWith } from "../support/specs.ts";
import { refusal, requestFor, runtimeOn } from "../support/starts.ts";

const never = new AbortController().signal;

describe("in the order of dependence", () => {
  interface Item {
    readonly id: string;
    readonly dependsOn: readonly string[];
  }

  /** Ends items one by one as the test says, and knows which endings have begun. */
  function ledger(items: readonly Item[]) {
    const begun: string[] = [];
    const ends = new Map(items.map(({ id }) => [id, Promise.withResolvers<void>()]));
    const all = endDependantsFirst(items, async ({ id }) => {
      begun.push(id);
      await ends.get(id)?.promise;
      return id;
    });
    const finish = async (name: string): Promise<void> => {
      ends.get(name)?.resolve();
      await turns();
    };
    return { begun, finish, all };
  }

  test("independent ones begin at the same time", async () => {
    const { begun } = ledger([
      { id: "db", dependsOn: [] },
      { id: "cache", dependsOn: [] },
    ]);
    await turns();

    expect(begun).toEqual(["db", "cache"]);
  });

  test("one begins when everything that depends on it has ended, and not before", async () => {
    const { begun, finish, all } = ledger([
      { id: "db", dependsOn: [] },
      { id: "cache", dependsOn: [] },
      { id: "api", dependsOn: ["db", "cache"] },
      { id: "worker", dependsOn: ["db"] },
      { id: "web", dependsOn: ["api"] },
    ]);
    await turns();
    expect(begun.toSorted()).toEqual(["web", "worker"]);

    await finish("worker");
    expect(begun).not.toContain("db");
    await finish("web");
    expect(begun).toContain("api");
    expect(begun).not.toContain("cache");
    await finish("api");
    expect(begun.slice(3).toSorted()).toEqual(["cache", "db"]);
    await finish("cache");
    await finish("db");

    expect(await all).toEqual(["worker", "web", "api", "cache", "db"]);
    expect(begun).toHaveLength(5);
  });

  test("what depends on something that is not in the list waits for nobody", async () => {
    expect(await endDependantsFirst([{ id: "api", dependsOn: ["gone"] }], ({ id }) => Promise.resolve(id))).toEqual([
      "api",
    ]);
  });
});

describe("stopping a container", () => {
  async function started(backend: FakeBackend, runtime: ContainerRuntime = runtimeOn(backend)) {
    const plan = planWith({ spec: specWith({ stopGraceMs: 5_000 }) });
    const container = await startContainer(requestFor(plan), runtime, never);
    const states: string[] = [];
    const told: string[] = [];
    runtime.emitter.on("container:state", ({ to, reason }) => states.push(`${to}: ${reason}`));
    runtime.emitter.on("container:removed", ({ name }) => told.push(name));
    const before = backend.methods.length;
    return { container, runtime, states, told, calls: () => backend.methods.slice(before) };
  }

  test("asks it to stop, removes it, and reports how it ended", async () => {
    const backend = new FakeBackend();
    const { container, runtime, states, told, calls } = await started(backend);

    const report = await stopContainer(container, runtime);

    const { id } = container.connection;
    expect(report).toEqual({ name: "app", id, outcome: "stopped", exitCode: 0, startedAtMs: 0, durationMs: 0 });
    expect(calls()).toEqual(["stop", "inspect", "remove"]);
    expect(states).toEqual(["stopping: no longer needed", "stopped: stopped"]);
    expect(told).toEqual(["app"]);
    expect(backend.containers).toEqual([]);
  });

  test("kills one that does not stop within its grace", async () => {
    const clock = runtimeOn(new FakeBackend()).clock;
    const backend = new FakeBackend({ images: { "app:1": { onStop: () => {} } }, clock });
    const runtime = { ...runtimeOn(backend), clock };
    const { container } = await started(backend, runtime);
    const stopping = stopContainer(container, runtime);

    await clock.advance(4_999);
    expect(backend.containers[0]?.state).toBe("running");
    await clock.advance(1);

    expect(await stopping).toMatchObject({ outcome: "killed", exitCode: 137, durationMs: 5_000 });
    expect(backend.containers).toEqual([]);
  });

  test("takes one that somebody else removed as gone", async () => {
    const backend = new FakeBackend();
    const { container, runtime, states } = await started(backend);
    await backend.remove("app-1");

    const report = await stopContainer(container, runtime);

    expect(report).toMatchObject({ outcome: "already-gone" });
    expect(report.exitCode).toBeUndefined();
    expect(states.at(-1)).toBe("stopped: already-gone");
  });

  test("removes one that cannot be asked to stop", async () => {
    const backend = new FakeBackend();
    const { container, runtime } = await started(backend);
    backend.failNext("stop", refusal("other"));

    expect(await stopContainer(container, runtime)).toMatchObject({ outcome: "killed" });

    expect(backend.containers).toEqual([]);
  });

  test("reports a removal that fails, in place of rejecting", async () => {
    const backend = new FakeBackend();
    const { container, runtime, states, told } = await started(backend);
    const failure = refusal("other", "the engine is busy");
    backend.failNext("remove", failure);

    const report = await stopContainer(container, runtime);

    expect(report).toMatchObject({ outcome: "failed", error: failure });
    expect(states.at(-1)).toBe("failed: The engine refused to do it: the engine is busy");
    expect(told).toEqual([]);
  });

  test("tries the removal again after one that failed", async () => {
    const backend = new FakeBackend();
    const { container, runtime, told } = await started(backend);
    backend.failNext("remove", refusal("other"));
    await stopContainer(container, runtime);

    await stopContainer(container, runtime);

    expect(backend.containers).toEqual([]);
    expect(told).toHaveLength(1);
  });

  test("that was stopped before is nothing new", async () => {
    const backend = new FakeBackend();
    const { container, runtime, told }: { container: StartedContainer; runtime: ContainerRuntime; told: string[] } =
      await started(backend);
    await stopContainer(container, runtime);

    expect(await stopContainer(container, runtime)).toMatchObject({ outcome: "already-gone" });
    expect(container.machine.state).toBe("stopped");
    expect(told.length).toBeGreaterThan(0);
  });
});
