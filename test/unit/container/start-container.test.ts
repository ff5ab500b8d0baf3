import { describe, expect, test, vi } from "vitest";
import type { ServicePlan } from "../../../src/container/service-plan.ts";
import { startContainer } from "../../../src/container/start-container.ts";
import {
  CreationError,
  HealthError,
  LifecycleError,
  ResourceError,
  StartError,
  TimeoutError,
  type EventMap,
} from "../../../src/index.ts";
import type { BackendMethod, FakeContainer } from "../../../src/testing/index.ts";
import { FakeBackend } from "../../../src/testing/index.ts";
import { outcomeOf, turns } from "../support/outcome.ts";
import { planWith, specWith } from "../support/specs.ts";
import { hungProbe, lookingProbe, refusal, requestFor, runtimeOn } from "../support/starts.ts";

const never = new AbortController().signal;
const reason = new LifecycleError("the test wants no more");

/** A plan whose start makes every call that a start can make. */
const fullPlan: ServicePlan = planWith({
  spec: specWith({ pullPolicy: "always" }),
  probe: lookingProbe(),
  prepare: () => Promise.resolve({ prepared: "yes" }),
});

function fullBackend(): FakeBackend {
  return new FakeBackend({ registry: { "app:1": {} } });
}

const fullStart: readonly BackendMethod[] = ["pull", "create", "start", "inspect", "waitForExit", "statFile"];

const hintOfTimeout = "Raise `startTimeoutMs` if it only needs longer.";
const expired = { timeoutMs: 1_000, elapsedMs: 1_000, hint: hintOfTimeout };

describe("a start that succeeds", () => {
  test("makes its calls in order, and says how to reach the container", async () => {
    const backend = fullBackend();

    const started = await startContainer(requestFor(fullPlan), runtimeOn(backend), never);

    const [container] = backend.containers;
    expect(backend.methods).toEqual(fullStart);
    expect(started.connection).toEqual({
      name: "app",
      id: container?.id,
      image: "app:1",
      key: "key",
      host: "127.0.0.1",
      ports: { "8080/tcp": 49_152 },
      details: { prepared: "yes" },
    });
    expect(container).toMatchObject({ name: "app-1", state: "running", labels: { owner: "test" } });
  });

  test("leaves the container to its holder, whose disposal removes it", async () => {
    const backend = fullBackend();
    const started = await startContainer(requestFor(fullPlan), runtimeOn(backend), never);
    expect(backend.containers).toHaveLength(1);

    await started[Symbol.asyncDispose]();
    await started[Symbol.asyncDispose]();

    expect(backend.containers).toEqual([]);
    expect(backend.methods).toEqual([...fullStart, "remove"]);
  });

  test("joins the network, under the first alias", async () => {
    const backend = new FakeBackend();
    await backend.createNetwork("net", {});
    const plan = planWith({ spec: specWith({ networkAliases: ["app", "www"] }) });

    const { connection } = await startContainer(requestFor(plan, { networkName: "net" }), runtimeOn(backend), never);

    expect(connection.networkAlias).toBe("app");
    expect(backend.containers[0]?.networkName).toBe("net");
  });

  test("adds what initialisation returns to what was known before", async () => {
    const plan = planWith({
      details: { user: "test", template: "none" },
      prepare: ({ details }) => Promise.resolve({ template: `of ${details["user"] ?? ""}` }),
    });

    const { connection } = await startContainer(requestFor(plan), runtimeOn(new FakeBackend()), never);

    expect(connection.details).toEqual({ user: "test", template: "of test" });
  });

  test("passes through its states in order, and tells once that it is ready", async () => {
    const backend = fullBackend();
    const runtime = runtimeOn(backend);
    const told: string[] = [];
    runtime.emitter.on("container:state", ({ name, to, reason: why }) => told.push(`${name} ${to}: ${why}`));
    runtime.emitter.on("container:ready", ({ name }) => told.push(`${name} can be used`));

    await startContainer(requestFor(fullPlan), runtime, never);

    expect(told).toEqual([
      "app created: created by the engine",
      "app starting: created",
      "app ready: probe succeeded and initialised",
      "app can be used",
    ]);
  });

  test("measures its steps, which sum up to the total", async () => {
    const backend = new FakeBackend({ images: {}, registry: { "app:1": {} } });
    const runtime = runtimeOn(backend);
    const steps: Partial<Record<BackendMethod, number>> = { pull: 700, create: 20, start: 300, statFile: 5_000 };
    const releases = (Object.keys(steps) as BackendMethod[]).map((method) => [method, backend.hang(method)] as const);
    const plan = planWith({ attemptTimeoutMs: 30_000, probe: lookingProbe(), prepare: async () => ({}) });
    const starting = startContainer(requestFor(plan), runtime, never);

    for (const method of ["create", "pull", "start", "statFile"] as const) {
      await backend.called(method);
      await runtime.clock.advance(steps[method] ?? 0);
      releases.find(([hung]) => hung === method)?.[1]();
    }
    const { timings } = await starting;

    expect(timings).toEqual({ pullMs: 700, createMs: 20, startMs: 300, waitMs: 5_000, prepareMs: 0, totalMs: 6_020 });
  });

  test("leaves no timer and no listener behind", async () => {
    const runtime = runtimeOn(fullBackend());

    await startContainer(requestFor(fullPlan), runtime, never);

    expect(runtime.clock.pendingTimers).toBe(0);
  });
});

describe("an abort", () => {
  const moments = fullStart.flatMap((method) => (["began", "ended"] as const).map((phase) => [method, phase] as const));

  // A wait for the end of a container that goes on running does not end while the start is under way.
  const reachable = moments.filter(([method, phase]) => method !== "waitForExit" || phase === "began");

  test.for(reachable)("when %s %s leaves nothing behind", async ([method, phase]) => {
    const backend = fullBackend();
    const runtime = runtimeOn(backend);
    const abort = new AbortController();
    backend.onCall((call, now) => {
      if (call.method === method && now === phase) abort.abort(reason);
    });

    const outcome = await outcomeOf(startContainer(requestFor(fullPlan), runtime, abort.signal));

    expect(abort.signal.aborted).toBe(true);
    expect(outcome).toBe(reason);
    expect(backend.containers).toEqual([]);
    expect(backend.methods.at(-1)).toBe("remove");
    expect(runtime.clock.pendingTimers).toBe(0);
  });

  test.for(["pull", "start", "inspect", "statFile"] as const)("ends %s when that hangs", async (method) => {
    const backend = fullBackend();
    const abort = new AbortController();
    backend.hang(method);
    const outcome = outcomeOf(startContainer(requestFor(fullPlan), runtimeOn(backend), abort.signal));
    await backend.called(method);

    abort.abort(reason);

    expect(await outcome).toBe(reason);
    expect(backend.containers).toEqual([]);
  });

  test("while the engine makes the container waits until it is made, and removes it", async () => {
    const backend = new FakeBackend();
    const abort = new AbortController();
    const release = backend.hang("create");
    const outcome = outcomeOf(startContainer(requestFor(), runtimeOn(backend), abort.signal));
    await backend.called("create");

    abort.abort(reason);
    release();

    expect(await outcome).toBe(reason);
    expect(backend.methods).toEqual(["create", "remove"]);
    expect(backend.containers).toEqual([]);
  });

  test("ends an initialisation that hangs", async () => {
    const backend = new FakeBackend();
    const abort = new AbortController();
    const begun = Promise.withResolvers<void>();
    const prepare = (): Promise<never> => {
      begun.resolve();
      return new Promise(() => {});
    };
    const outcome = outcomeOf(startContainer(requestFor(planWith({ prepare })), runtimeOn(backend), abort.signal));
    await begun.promise;

    abort.abort(reason);

    expect(await outcome).toBe(reason);
    expect(backend.containers).toEqual([]);
  });

  test("before the start asks the engine for nothing but the removal of what may be there", async () => {
    const backend = new FakeBackend();

    await expect(startContainer(requestFor(), runtimeOn(backend), AbortSignal.abort(reason))).rejects.toBe(reason);

    expect(backend.methods.filter((method) => method !== "remove")).toEqual([]);
  });

  test("is told as the state `failed`, and a start without one is not", async () => {
    const backend = fullBackend();
    const runtime = runtimeOn(backend);
    const states: string[] = [];
    runtime.emitter.on("container:state", ({ to, error }) => states.push(error === reason ? `${to} with it` : to));
    const abort = new AbortController();
    backend.onCall(({ method }) => {
      if (method === "inspect") abort.abort(reason);
    });

    await outcomeOf(startContainer(requestFor(fullPlan), runtime, abort.signal));

    expect(states).toEqual(["created", "starting", "failed with it"]);
  });
});

describe("a failure", () => {
  const calls = ["pull", "create", "start"] as const;
  const words = "the engine's words";
  const creation = `app could not be created from app:1: ${words}\nCheck the options of this service.`;

  test.for(calls)("of %s leaves nothing behind, and is told in terms of the service", async (method) => {
    const backend = fullBackend();
    const runtime = runtimeOn(backend);
    const cause = refusal("other");
    backend.failNext(method, cause);

    const error = await outcomeOf(startContainer(requestFor(fullPlan), runtime, never));

    expect(error).toBeInstanceOf(CreationError);
    expect(error).toMatchObject({ message: creation, code: "CLEANROOM_CREATION_REFUSED", cause });
    expect(backend.containers).toEqual([]);
    expect(runtime.clock.pendingTimers).toBe(0);
  });

  test.for(["inspect", "waitForExit"] as const)("of %s leaves nothing behind, and is told", async (method) => {
    const backend = fullBackend();
    const runtime = runtimeOn(backend);
    backend.failNext(method, refusal("other"));

    const error = await outcomeOf(startContainer(requestFor(fullPlan), runtime, never));

    expect(error).toMatchObject({ message: expect.stringContaining(words) as string });
    expect(backend.containers).toEqual([]);
    expect(runtime.clock.pendingTimers).toBe(0);
  });

  test("of a look into the container is no end: the probe tries again", async () => {
    const backend = fullBackend();
    const runtime = runtimeOn(backend);
    backend.failNext("statFile", refusal("other"));
    const starting = startContainer(requestFor(fullPlan), runtime, never);
    await backend.called("statFile");

    await runtime.clock.advance(10);
    await starting;

    expect(backend.methods.filter((method) => method === "statFile")).toHaveLength(2);
  });

  test.for(["create", "start"] as const)("of %s whose answer was lost leaves nothing behind", async (method) => {
    const backend = new FakeBackend();
    const lost = refusal("unanswered");
    backend.loseNextAnswer(method, lost);

    await expect(startContainer(requestFor(), runtimeOn(backend), never)).rejects.toMatchObject({
      code: "CLEANROOM_ENGINE_REQUEST",
      details: { refusal: "unanswered" },
    });

    expect(backend.methods).toContain(method);
    expect(backend.containers).toEqual([]);
  });

  test.for([
    ["create", "image-unauthorized", "CLEANROOM_IMAGE_UNAUTHORIZED"],
    ["create", "conflict", "CLEANROOM_NAME_CONFLICT"],
    ["create", "invalid", "CLEANROOM_CREATION_REFUSED"],
    ["pull", "registry-unreachable", "CLEANROOM_REGISTRY_UNREACHABLE"],
    ["pull", "image-not-found", "CLEANROOM_IMAGE_NOT_FOUND"],
    ["start", "port-in-use", "CLEANROOM_PORT_IN_USE"],
    ["start", "command-not-runnable", "CLEANROOM_COMMAND_NOT_RUNNABLE"],
    ["start", "invalid", "CLEANROOM_CREATION_REFUSED"],
  ] as const)("of %s because of %s has the code %s", async ([method, kind, code]) => {
    const backend = fullBackend();
    backend.failNext(method, refusal(kind));

    expect(await outcomeOf(startContainer(requestFor(fullPlan), runtimeOn(backend), never))).toMatchObject({ code });
    expect(backend.containers).toEqual([]);
  });

  test("of the engine to run the command says so", async () => {
    const backend = new FakeBackend();
    backend.failNext("start", refusal("command-not-runnable", 'exec: "sevre": executable file not found in $PATH'));

    const error = await outcomeOf(startContainer(requestFor(), runtimeOn(backend), never));

    expect(error).toBeInstanceOf(StartError);
    expect(error).toMatchObject({
      message:
        'app (app:1) could not be started: exec: "sevre": executable file not found in $PATH\n' +
        "Check its `command`, `entrypoint` and `user`.",
    });
  });

  test("of the user's initialisation passes through untouched", async () => {
    const backend = new FakeBackend();
    const plan = planWith({ prepare: () => Promise.reject(reason) });

    await expect(startContainer(requestFor(plan), runtimeOn(backend), never)).rejects.toBe(reason);

    expect(backend.containers).toEqual([]);
  });

  test("of something that is no error of the engine passes through untouched", async () => {
    const backend = new FakeBackend();
    const defect = new LifecycleError("a defect");
    backend.failNext("start", defect);

    await expect(startContainer(requestFor(), runtimeOn(backend), never)).rejects.toBe(defect);

    expect(backend.containers).toEqual([]);
  });
});

describe("a container that ends while it is waited for", () => {
  async function exiting(exit: (backend: FakeBackend) => void, limits = {}): Promise<unknown> {
    const backend = new FakeBackend();
    const plan = planWith({ spec: specWith({ limits }), probe: hungProbe });
    const outcome = outcomeOf(startContainer(requestFor(plan), runtimeOn(backend), never));
    await backend.called("waitForExit");
    await turns();
    exit(backend);
    const error = await outcome;
    expect(backend.containers).toEqual([]);
    return error;
  }

  test("is noticed at once, with its exit code and its last words, while the clock stands still", async () => {
    const error = await exiting(({ containers: [container] }) => {
      container?.log("FATAL: no space left on device");
      container?.exit(1);
    });

    expect(error).toBeInstanceOf(StartError);
    expect(error).toMatchObject({
      code: "CLEANROOM_EXITED_AT_START",
      message:
        "app (app:1) exited with code 1 after 0 ms, before it was ready.\n" +
        "Its last log lines:\n  FATAL: no space left on device",
      details: { container: "app", image: "app:1", exitCode: 1, elapsedMs: 0 },
    });
  });

  test("because of its memory limit is a ResourceError", async () => {
    const error = await exiting(({ containers: [container] }) => container?.exit(137, { isOutOfMemory: true }), {
      memoryBytes: 64_000_000,
    });

    expect(error).toBeInstanceOf(ResourceError);
    expect(error).toMatchObject({
      message:
        "app was killed because it used more memory than its limit of 64000000 bytes.\n" +
        "Raise `limits.memoryBytes`, or make it use less.\nIt logged nothing.",
    });
  });

  test("of a process with a memory limit that was killed counts as one, though the engine does not say so", async () => {
    const killed = ({ containers: [container] }: FakeBackend): void => container?.exit(137);

    expect(await exiting(killed, { memoryBytes: 64_000_000 })).toBeInstanceOf(ResourceError);
    expect(await exiting(killed)).toBeInstanceOf(StartError);
  });

  test("because it could start no more processes is a ResourceError, and without that limit none", async () => {
    const failing = ({ containers: [container] }: FakeBackend): void => {
      container?.log("sh: 0: Cannot fork");
      container?.exit(2);
    };

    expect(await exiting(failing, { pids: 20 })).toMatchObject({
      code: "CLEANROOM_OUT_OF_PROCESSES",
      details: { resource: "pids", outcome: "refused", option: "limits.pids", limit: 20 },
      cause: { exitCode: 2 },
    });
    expect(await exiting(failing)).toBeInstanceOf(StartError);
  });

  test("is told although the engine cannot give its logs", async () => {
    const error = await exiting((backend) => {
      backend.failNext("logs", refusal("other"));
      backend.failNext("inspect", refusal("other"));
      backend.containers[0]?.exit(1);
    });

    expect(error).toMatchObject({
      message: "app (app:1) exited with code 1 after 0 ms, before it was ready.\nIt logged nothing.",
    });
  });

  test("before it could be looked at is noticed as well", async () => {
    const backend = new FakeBackend({ images: { "app:1": { onStart: (container) => container.exit(3) } } });

    const error = await outcomeOf(startContainer(requestFor(), runtimeOn(backend), never));

    expect(error).toMatchObject({ code: "CLEANROOM_EXITED_AT_START", details: { exitCode: 3 } });
    expect(backend.containers).toEqual([]);
  });

  test("keeps at most its last twenty log lines", async () => {
    const error = await exiting(({ containers: [container] }) => {
      for (let line = 1; line <= 30; line += 1) container?.log(`line ${line}`);
      container?.exit(1);
    });

    const { logTail } = (error as StartError).details;
    expect(logTail.split("\n")).toHaveLength(21);
    expect(logTail.startsWith("line 11\n")).toBe(true);
  });
});

describe("a container that does not become healthy", () => {
  test("is a HealthError with what the probe saw, when the time is over", async () => {
    const backend = new FakeBackend({ images: { "app:1": { onStart: (container) => container.log("booting") } } });
    const runtime = runtimeOn(backend);
    const plan = planWith({ startTimeoutMs: 1_000, probe: lookingProbe(() => false) });
    const outcome = outcomeOf(startContainer(requestFor(plan), runtime, never));
    await backend.called("waitForExit");
    await turns();

    await runtime.clock.advance(1_000);
    const error = await outcome;

    expect(error).toBeInstanceOf(HealthError);
    const { details, message, cause } = error as HealthError;
    expect(details).toMatchObject({ container: "app", probe: "looks", elapsedMs: 1_000, logTail: "booting\n" });
    expect(details.lastResults).toEqual(["not yet"]);
    expect(message).toBe(
      `app was not healthy after 1000 ms (looks, ${details.attempts} attempts).\n` +
        "Last seen: not yet.\n" +
        "Raise `startTimeoutMs` if it only needs longer; otherwise check `health` and the logs.\n" +
        "Its last log lines:\n  booting",
    );
    expect(details.attempts).toBeGreaterThan(100);
    expect(cause).toEqual(new Error("not yet"));
    expect(backend.containers).toEqual([]);
    expect(runtime.clock.pendingTimers).toBe(0);
  });

  test("because a directory of it is full is a ResourceError, caused by what the probe saw", async () => {
    const onStart = (container: FakeContainer): void => {
      container.log("write /data/wal: No space left on device");
    };
    const runtime = runtimeOn(new FakeBackend({ images: { "app:1": { onStart } } }));
    const mounts = [{ type: "tmpfs", target: "/data", sizeBytes: 1_000 }] as const;
    const plan = planWith({ spec: specWith({ mounts }), startTimeoutMs: 1_000, probe: lookingProbe(() => false) });
    const outcome = outcomeOf(startContainer(requestFor(plan), runtime, never));
    await turns();

    await runtime.clock.advance(1_000);

    expect(await outcome).toMatchObject({
      code: "CLEANROOM_OUT_OF_DISK",
      details: { resource: "disk", outcome: "refused", option: "mounts.sizeBytes", limit: 1_000, path: "/data" },
      cause: { code: "CLEANROOM_HEALTH_TIMEOUT", details: { lastResults: ["not yet"] } },
    });
  });

  test("is told in time although the probe hangs and ignores its signal", async () => {
    const backend = new FakeBackend();
    const runtime = runtimeOn(backend);
    const plan = planWith({ startTimeoutMs: 5_000, attemptTimeoutMs: 2_000, probe: hungProbe });
    const outcome = outcomeOf(startContainer(requestFor(plan), runtime, never));
    await backend.called("waitForExit");
    await turns();

    await runtime.clock.advance(5_000);

    expect(await outcome).toMatchObject({
      code: "CLEANROOM_HEALTH_TIMEOUT",
      details: { attempts: 3, lastResults: ["no answer within 2000 ms"], elapsedMs: 5_000 },
    });
  });

  test("is a TimeoutError when it is healthy and its initialisation takes too long", async () => {
    const backend = new FakeBackend();
    const runtime = runtimeOn(backend);
    const plan = planWith({ startTimeoutMs: 1_000, probe: lookingProbe(), prepare: () => new Promise(() => {}) });
    const outcome = outcomeOf(startContainer(requestFor(plan), runtime, never));
    await backend.called("statFile");
    await turns();

    await runtime.clock.advance(1_000);

    expect(await outcome).toEqual(new TimeoutError({ operation: "initialise app", ...expired, phase: "initialise" }));
    expect(backend.containers).toEqual([]);
  });

  test("is a TimeoutError when its probe was never tried", async () => {
    const backend = new FakeBackend();
    const runtime = runtimeOn(backend);
    const plan = planWith({ startTimeoutMs: 1_000, probe: lookingProbe() });
    backend.hang("start");
    const outcome = outcomeOf(startContainer(requestFor(plan), runtime, never));
    await backend.called("start");

    await runtime.clock.advance(1_000);

    expect(await outcome).toEqual(new TimeoutError({ operation: "start app", ...expired, phase: "start" }));
  });

  test("is given up at once when no further attempt can help", async () => {
    const backend = new FakeBackend();
    const plan = planWith({ probe: { kind: "tcp", port: 9_999 } });

    const error = await outcomeOf(startContainer(requestFor(plan), runtimeOn(backend), never));

    expect(error).toMatchObject({
      code: "CLEANROOM_CONFIGURATION",
      message: "app is not valid:\n  ports: port 9999/tcp is not published (published: 8080/tcp); add it to `ports`",
    });
    expect(backend.containers).toEqual([]);
  });
});

describe("an undo that fails", () => {
  test("does not hide why the start failed, and is a warning", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const backend = new FakeBackend();
    backend.failNext("start", refusal("port-in-use"));
    backend.failNext("remove", refusal("other", "the engine is busy"));

    const error = await outcomeOf(startContainer(requestFor(), runtimeOn(backend), never));

    expect(error).toMatchObject({ code: "CLEANROOM_PORT_IN_USE" });
    expect(warn.mock.calls).toEqual([
      ["Not cleaned up: The engine refused to do it: the engine is busy", "CleanroomWarning"],
    ]);
  });

  test("after an abort does not hide the abort's reason", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const backend = new FakeBackend();
    const abort = new AbortController();
    backend.failNext("remove", refusal("other"));
    backend.onCall(({ method }) => {
      if (method === "start") abort.abort(reason);
    });

    await expect(startContainer(requestFor(), runtimeOn(backend), abort.signal)).rejects.toBe(reason);

    expect(warn).toHaveBeenCalledOnce();
  });
});

describe("the image", () => {
  function methodsFor(backend: FakeBackend): readonly string[] {
    return backend.methods.filter((method) => method === "pull" || method === "create");
  }

  async function startWith(pullPolicy: "missing" | "always" | "never", backend: FakeBackend): Promise<unknown> {
    const plan = planWith({ spec: specWith({ pullPolicy }) });
    return outcomeOf(startContainer(requestFor(plan), runtimeOn(backend), never));
  }

  test("is not pulled when it is there", async () => {
    const backend = new FakeBackend({ images: { "app:1": {} } });

    await startWith("missing", backend);

    expect(methodsFor(backend)).toEqual(["create"]);
  });

  test("is pulled when it is missing", async () => {
    const backend = new FakeBackend({ images: {}, registry: { "app:1": {} } });

    await startWith("missing", backend);

    expect(methodsFor(backend)).toEqual(["create", "pull", "create"]);
    expect(backend.containers).toHaveLength(1);
  });

  test("is pulled although it is there, when that is wanted", async () => {
    const backend = new FakeBackend({ images: { "app:1": {} }, registry: { "app:1": {} } });

    await startWith("always", backend);

    expect(methodsFor(backend)).toEqual(["pull", "create"]);
  });

  test("is never pulled when that is not wanted", async () => {
    const backend = new FakeBackend({ images: {}, registry: { "app:1": {} } });

    const error = await startWith("never", backend);

    expect(methodsFor(backend)).toEqual(["create"]);
    expect(error).toMatchObject({
      code: "CLEANROOM_IMAGE_NOT_FOUND",
      details: { container: "app", image: "app:1", failure: "image-not-found", reason: "No such image: app:1" },
    });
  });

  test("is pulled once for ten containers that need it at the same time, and its progress told", async () => {
    const backend = new FakeBackend({ images: {}, registry: { "app:1": {} } });
    const runtime = runtimeOn(backend);
    const progress: EventMap["image:pulling"][] = [];
    runtime.emitter.on("image:pulling", (event) => progress.push(event));
    const release = backend.hang("pull");
    const starts = Array.from({ length: 10 }, (_, index) =>
      startContainer(requestFor(planWith(), { containerName: `app-${index}` }), runtime, never),
    );
    await backend.called("create", 10);
    await turns();

    release();
    await Promise.all(starts);

    expect(backend.methods.filter((method) => method === "pull")).toHaveLength(1);
    expect(backend.containers).toHaveLength(10);
    expect(progress).toEqual([
      { image: "app:1", receivedBytes: 0, totalBytes: 0 },
      { image: "app:1", receivedBytes: 500, totalBytes: 1_000 },
      { image: "app:1", receivedBytes: 1_000, totalBytes: 1_000 },
    ]);
  });

  test("goes on being pulled for the others when one of them leaves", async () => {
    const backend = new FakeBackend({ images: {}, registry: { "app:1": {} } });
    const runtime = runtimeOn(backend);
    const abort = new AbortController();
    const release = backend.hang("pull");
    const leaving = outcomeOf(startContainer(requestFor(), runtime, abort.signal));
    const staying = startContainer(requestFor(planWith(), { containerName: "app-2" }), runtime, never);
    await backend.called("create", 2);
    await turns();

    abort.abort(reason);
    expect(await leaving).toBe(reason);
    release();
    await staying;

    expect(backend.containers.map(({ name }) => name)).toEqual(["app-2"]);
    expect(backend.methods.filter((method) => method === "pull")).toHaveLength(1);
  });
});

test("a container of somebody else that has the name is left alone", async () => {
  const backend = new FakeBackend();
  await backend.create({ containerName: "app-1", spec: specWith(), labels: {} });

  const error = await outcomeOf(startContainer(requestFor(), runtimeOn(backend), never));

  expect(error).toMatchObject({ code: "CLEANROOM_NAME_CONFLICT" });
  expect(backend.containers).toHaveLength(1);
});

test("a start that fails tells that its container is gone", async () => {
  const backend = new FakeBackend();
  const runtime = runtimeOn(backend);
  const removed: string[] = [];
  runtime.emitter.on("container:removed", ({ name }) => removed.push(name));
  backend.failNext("start", refusal("other"));

  await outcomeOf(startContainer(requestFor(), runtime, never));

  expect(removed).toEqual(["app"]);
});

test("an engine that fails after the creation is not said to have refused it", async () => {
  const backend = new FakeBackend();
  backend.failNext("inspect", refusal("other"));

  const error = await outcomeOf(startContainer(requestFor(), runtimeOn(backend), never));

  expect(error).toMatchObject({ code: "CLEANROOM_ENGINE_REQUEST" });
});
