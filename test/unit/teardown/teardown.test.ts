import { describe, expect, test } from "vitest";
import type { ContainerRuntime } from "../../../src/container/container-runtime.ts";
import { startContainer } from "../../../src/container/start-container.ts";
import {
  discardContainer,
  keepContainer,
  stopContainer,
  stopUnlessEnded,
} from "../../../src/teardown/stop-container.ts";
import { FakeBackend } from "../../../src/testing/index.ts";
import { planWith } from "../support/specs.ts";
import { refusal, requestFor, runtimeOn } from "../support/starts.ts";

const never = new AbortController().signal;

/** What `requestFor` marks containers with. */
const LABEL = ["owner", "test"] as const;

describe("stopping a container", () => {
  async function started(backend: FakeBackend, runtime: ContainerRuntime = runtimeOn(backend)) {
    const { connection } = await startContainer(requestFor(planWith()), runtime, never);
    const before = backend.methods.length;
    const context = { caretaker: backend, clock: runtime.clock };
    const stop = () => stopContainer({ name: "app", id: connection.id, stopGraceMs: 5_000 }, context);
    return { id: connection.id, context, stop, calls: () => backend.methods.slice(before) };
  }

  test("asks it to stop, removes it, and reports how it ended", async () => {
    const backend = new FakeBackend();
    const { id, stop, calls } = await started(backend);

    const report = await stop();

    expect(report).toEqual({
      ...{ name: "app", id, outcome: "stopped", exitCode: 0, signal: "SIGTERM", volumes: [] },
      ...{ startedAtMs: 0, durationMs: 0, stopMs: 0, removalMs: 0 },
    });
    expect(calls()).toEqual(["stop", "inspect", "remove"]);
    expect(backend.containers).toEqual([]);
  });

  test("kills one that does not stop within its grace", async () => {
    const clock = runtimeOn(new FakeBackend()).clock;
    const backend = new FakeBackend({ images: { "app:1": { onStop: () => {} } }, clock });
    const runtime = { ...runtimeOn(backend), clock };
    const { stop } = await started(backend, runtime);
    const stopping = stop();

    await clock.advance(4_999);
    expect(backend.containers[0]?.state).toBe("running");
    await clock.advance(1);

    expect(await stopping).toMatchObject({ outcome: "killed", exitCode: 137, durationMs: 5_000 });
    expect(backend.containers).toEqual([]);
  });

  test("takes one that somebody else removed as gone", async () => {
    const backend = new FakeBackend();
    const { stop } = await started(backend);
    await backend.remove("app-1");

    const report = await stop();

    expect(report).toMatchObject({ outcome: "already-gone" });
    expect(report.exitCode).toBeUndefined();
  });

  test("removes one that cannot be asked to stop", async () => {
    const backend = new FakeBackend();
    const { stop } = await started(backend);
    backend.failNext("stop", refusal("other"));

    expect(await stop()).toMatchObject({ outcome: "killed" });

    expect(backend.containers).toEqual([]);
  });

  test("reports a removal that fails, in place of rejecting", async () => {
    const backend = new FakeBackend();
    const { stop } = await started(backend);
    const failure = refusal("other", "the engine is busy");
    backend.failNext("remove", failure);

    const report = await stop();

    expect(report).toMatchObject({ outcome: "failed", error: failure });
  });

  test("tries the removal again after one that failed", async () => {
    const backend = new FakeBackend();
    const { stop } = await started(backend);
    backend.failNext("remove", refusal("other"));
    await stop();

    await stop();

    expect(backend.containers).toEqual([]);
  });

  test("that was stopped before is nothing new", async () => {
    const backend = new FakeBackend();
    const { stop } = await started(backend);
    await stop();

    expect(await stop()).toMatchObject({ outcome: "already-gone" });
  });

  test("that nobody has used is killed without being asked", async () => {
    const backend = new FakeBackend();
    const { id, context, calls } = await started(backend);

    const request = { name: "app", id, stopGraceMs: 5_000, label: LABEL } as const;
    expect(await discardContainer(request, context)).toMatchObject({ outcome: "killed" });

    expect(calls()).toEqual(["inspect", "remove"]);
    expect(backend.containers).toEqual([]);
  });

  test("that is somebody else's, who has its name, stays", async () => {
    const backend = new FakeBackend();
    const { id, context, calls } = await started(backend);

    const request = { name: "app", id, stopGraceMs: 5_000, label: [LABEL[0], "another"] } as const;
    expect(await discardContainer(request, context)).toMatchObject({ outcome: "already-gone" });

    expect(calls()).toEqual(["inspect"]);
  });
});

describe("a container that failed", () => {
  const keptAs = "app-1.kept";

  async function ended(exitCode: number | undefined) {
    const backend = new FakeBackend();
    const runtime = runtimeOn(backend);
    const { connection } = await startContainer(requestFor(planWith()), runtime, never);
    if (exitCode !== undefined) backend.containers[0]?.exit(exitCode);
    const request = { name: "app", id: connection.id, stopGraceMs: 5_000, keptAs };
    return { backend, request, context: { caretaker: backend, clock: runtime.clock } };
  }

  test("is kept under another name, off its networks, when it ended by itself", async () => {
    const { backend, request, context } = await ended(3);

    expect(await stopUnlessEnded(request, context)).toMatchObject({ outcome: "kept-failed", exitCode: 3, keptAs });

    expect(backend.containers.map(({ name, state }) => [name, state])).toEqual([[keptAs, "exited"]]);
    expect(backend.methods.slice(-3)).toEqual(["inspect", "disconnect", "rename"]);
  });

  test("is stopped and removed when it runs still: the control", async () => {
    const { backend, request, context } = await ended(undefined);

    expect(await stopUnlessEnded(request, context)).toMatchObject({ outcome: "stopped", exitCode: 0 });

    expect(backend.containers).toEqual([]);
  });

  test("is kept in the second try when the first could not rename it", async () => {
    const { backend, request, context } = await ended(3);
    const failure = refusal("other", "the engine is busy");
    backend.failNext("rename", failure);

    expect(await keepContainer(request, context)).toMatchObject({ outcome: "failed", error: failure });
    expect(await keepContainer(request, context)).toMatchObject({ outcome: "kept-failed", keptAs });
  });

  test("and is gone leaves nothing to keep", async () => {
    const { backend, request, context } = await ended(3);
    await backend.remove(request.id);

    expect(await keepContainer(request, context)).toMatchObject({ outcome: "already-gone" });
  });

  test("is told as ended where nothing is kept", async () => {
    const { backend, request, context } = await ended(3);

    expect(await stopContainer(request, context)).toMatchObject({ outcome: "already-ended", exitCode: 3 });

    expect(backend.containers).toEqual([]);
  });
});
