import { describe, expect, test } from "vitest";
import { LifecycleError } from "../../../src/index.ts";
import { FakeBackend } from "../../../src/testing/index.ts";
import { isSettled, outcomeOf } from "../support/outcome.ts";
import { specWith } from "../support/specs.ts";

const failure = new LifecycleError("planned");

function request(containerName = "app-1", image = "app:1") {
  return { containerName, spec: specWith({ image }), labels: {} };
}

describe("the ledger", () => {
  test("holds every call and what it concerned, in order", async () => {
    const backend = new FakeBackend();
    await backend.createNetwork("net", {});
    const id = await backend.create(request());
    await backend.start(id);
    await backend.remove("app-1");
    await backend.remove(id);

    expect(backend.calls).toEqual([
      { method: "createNetwork", subject: "net" },
      { method: "create", subject: "app-1" },
      { method: "start", subject: "app-1" },
      { method: "remove", subject: "app-1" },
      { method: "remove", subject: id },
    ]);
    expect(backend.methods).toEqual(["createNetwork", "create", "start", "remove", "remove"]);
  });

  test("does not hold a call whose signal had aborted", async () => {
    const backend = new FakeBackend();

    await expect(backend.create(request(), AbortSignal.abort(failure))).rejects.toBe(failure);

    expect(backend.calls).toEqual([]);
  });

  test("tells listeners as a call begins and as it ends; one that fails does not end", async () => {
    const backend = new FakeBackend();
    const told: string[] = [];
    const stop = backend.onCall(({ method }, phase) => told.push(`${method} ${phase}`));
    backend.failNext("start", failure);

    const id = await backend.create(request());
    await outcomeOf(backend.start(id));
    stop();
    await backend.remove(id);

    expect(told).toEqual(["create began", "create ended", "start began"]);
  });

  test("can be waited on for a call, also for one that was made before", async () => {
    const backend = new FakeBackend();
    const second = backend.called("create", 2);

    await backend.create(request("a"));
    expect(await isSettled(second)).toBe(false);
    await backend.create(request("b"));

    await second;
    await backend.called("create");
  });
});

describe("a planned failure", () => {
  test("meets the next call, without effect; the one after that succeeds", async () => {
    const backend = new FakeBackend();
    backend.failNext("create", failure);

    await expect(backend.create(request())).rejects.toBe(failure);
    expect(backend.containers).toEqual([]);
    await backend.create(request());

    expect(backend.containers).toHaveLength(1);
  });

  test("waits for its turn behind another", async () => {
    const backend = new FakeBackend();
    const later = new LifecycleError("later");
    backend.failNext("removeNetwork", failure);
    backend.failNext("removeNetwork", later);

    expect(await outcomeOf(backend.removeNetwork("a"))).toBe(failure);
    expect(await outcomeOf(backend.removeNetwork("a"))).toBe(later);
    expect(await outcomeOf(backend.removeNetwork("a"))).toBeUndefined();
  });

  test("of the answer alone leaves the effect", async () => {
    const backend = new FakeBackend();
    backend.loseNextAnswer("create", failure);

    await expect(backend.create(request())).rejects.toBe(failure);

    expect(backend.containers.map(({ name }) => name)).toEqual(["app-1"]);
  });
});

describe("a call that hangs", () => {
  test("goes on when it is released", async () => {
    const backend = new FakeBackend();
    const id = await backend.create(request());
    const release = backend.hang("start");
    const starting = backend.start(id);
    expect(await isSettled(starting)).toBe(false);

    release();
    await starting;

    expect(backend.containers[0]?.state).toBe("running");
    await backend.inspect(id);
  });

  test("ends with its signal, without effect", async () => {
    const backend = new FakeBackend();
    const id = await backend.create(request());
    const abort = new AbortController();
    backend.hang("start");
    const outcome = outcomeOf(backend.start(id, abort.signal));

    abort.abort(failure);

    expect(await outcome).toBe(failure);
    expect(backend.containers[0]?.state).toBe("created");
  });

  test("is not ended by its signal when it makes something: the outcome is known, the reason told afterwards", async () => {
    const backend = new FakeBackend();
    const abort = new AbortController();
    const release = backend.hang("create");
    const creating = outcomeOf(backend.create(request(), abort.signal));

    abort.abort(failure);
    expect(await isSettled(creating)).toBe(false);
    release();

    expect(await creating).toBe(failure);
    expect(backend.containers).toHaveLength(1);
  });
});

describe("images", () => {
  test("are all there unless some are named", async () => {
    await new FakeBackend().create(request("a", "anything:1"));

    await expect(new FakeBackend({ images: {} }).create(request("a", "anything:1"))).rejects.toThrow(
      "The engine refused to create the container: No such image: anything:1",
    );
  });

  test("can be pulled from the registry, and are there then", async () => {
    const backend = new FakeBackend({ images: {}, registry: { "app:1": {} } });

    await backend.pull("app:1", {});

    await backend.create(request());
    await expect(backend.pull("other:1", {})).rejects.toThrow(
      "The engine refused to pull other:1: no such image: other:1",
    );
  });

  test("decide what a process does at its start, when asked to stop, and with commands", async () => {
    const backend = new FakeBackend({
      images: {
        "app:1": {
          onStart: (container) => {
            container.log("hello");
            container.writeFile("/run/ready", "yes");
          },
          onStop: (container) => container.exit(5),
          onExec: ([program = ""]) => ({ exitCode: 1, stdout: "", stderr: `${program}?` }),
        },
      },
    });
    const id = await backend.create(request());
    await backend.start(id);

    expect(await backend.logs(id, 10)).toBe("hello\n");
    expect((await backend.readFile(id, "/run/ready")).toString()).toBe("yes");
    expect(await backend.exec(id, ["ls"])).toEqual({ exitCode: 1, stdout: "", stderr: "ls?" });
    await backend.stop(id, 0);
    expect(await backend.waitForExit(id)).toBe(5);
  });
});

test("a container that has ended can be started again", async () => {
  const backend = new FakeBackend();
  const id = await backend.create(request());
  await backend.start(id);
  backend.containers[0]?.exit(1);

  await backend.start(id);

  expect(await backend.inspect(id)).toMatchObject({ isRunning: true, exitCode: 1 });
  expect(await isSettled(backend.waitForExit(id))).toBe(false);
});

test("the engine can be another than a local one", () => {
  expect(new FakeBackend({ engine: { isLocal: false, hostAddress: "10.0.0.1" } }).engine).toMatchObject({
    isLocal: false,
    hostAddress: "10.0.0.1",
    publishAddress: "127.0.0.1",
  });
});

test("a watch ends when the engine is told to cut it, and the next one is open again", async () => {
  const backend = new FakeBackend();
  backend.cutWatches(failure);
  const opened = Promise.withResolvers<void>();
  const watch = outcomeOf(backend.watch("mine", { onOpen: opened.resolve, onEvent: () => {} }));
  await opened.promise;

  backend.cutWatches(failure);

  expect(await watch).toBe(failure);
  expect(await isSettled(backend.watch("mine", { onEvent: () => {} }))).toBe(false);
});

test("what a container uses is what the test says", async () => {
  const backend = new FakeBackend();
  const id = await backend.create(request());
  await backend.start(id);

  backend.containers[0]!.stats = { memoryBytes: 5, cpuTimeMs: 6, pids: 7 };

  expect(await backend.stats(id)).toEqual({ memoryBytes: 5, cpuTimeMs: 6, pids: 7 });
});
