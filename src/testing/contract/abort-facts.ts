import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import type { ContainerBackend } from "../../backend/container-backend.ts";
import { LifecycleError } from "../../errors/lifecycle-error.ts";
import type { BackendFact } from "./fact.ts";
import { assertRefused, created, specOf, started, uniqueName } from "./given.ts";

const reason = new LifecycleError("the contract's abort");

type Calls = readonly (readonly [name: string, call: (signal: AbortSignal) => Promise<unknown>])[];

/** Facts about calls whose signal aborts. */
export const abortFacts: readonly BackendFact[] = [
  {
    name: "a signal that has aborted is told at once, and nothing happens",
    run: async (context) => {
      const { backend } = context;
      await using container = await created(context);
      const signal = AbortSignal.abort(reason);

      for (const [name, call] of callsTo(backend, container.id)) {
        await assert.rejects(call(signal), isReason, name);
      }

      assert.equal((await backend.inspect(container.id)).isRunning, false);
    },
  },
  {
    name: "an abort ends a wait for the end of a container, which goes on",
    run: async (context) => {
      const { backend } = context;
      await using container = await started(context);

      await assertEndedByAbort(backend, container.id, (signal) => backend.waitForExit(container.id, signal));

      assert.equal((await backend.inspect(container.id)).isRunning, true);
    },
  },
  {
    name: "an abort ends a command that runs in a container",
    run: async (context) => {
      const { backend } = context;
      await using container = await started(context);

      await assertEndedByAbort(backend, container.id, (signal) =>
        backend.exec(container.id, ["sleep", "60"], {}, signal),
      );
    },
  },
  {
    name: "an abort ends a stop that waits for the grace",
    run: async (context) => {
      const { backend } = context;
      await using container = await started(context, { env: { IGNORE_TERM: "1" } });

      await assertEndedByAbort(backend, container.id, (signal) => backend.stop(container.id, 60_000, signal));
    },
  },
  {
    name: "a container whose creation was aborted can be removed by its name",
    run: async (context) => {
      const { backend } = context;
      const containerName = uniqueName();
      const abort = new AbortController();

      const creation = backend.create({ containerName, spec: specOf(context), labels: {} }, abort.signal);
      abort.abort(reason);
      await assert.rejects(creation, isReason);
      await backend.remove(containerName);

      await assertRefused(backend.inspect(containerName), "not-found");
    },
  },
];

function callsTo(backend: ContainerBackend, id: string): Calls {
  return [
    ["start", (signal) => backend.start(id, signal)],
    ["stop", (signal) => backend.stop(id, 1_000, signal)],
    ["pause", (signal) => backend.pause(id, signal)],
    ["unpause", (signal) => backend.unpause(id, signal)],
    ["remove", (signal) => backend.remove(id, signal)],
    ["inspect", (signal) => backend.inspect(id, signal)],
    ["waitForExit", (signal) => backend.waitForExit(id, signal)],
    ["exec", (signal) => backend.exec(id, ["true"], {}, signal)],
    ["logs", (signal) => backend.logs(id, 1, signal)],
    ["statFile", (signal) => backend.statFile(id, "/", signal)],
    ["readFile", (signal) => backend.readFile(id, "/etc/passwd", signal)],
    ["pull", (signal) => backend.pull("contract", {}, signal)],
    ["stats", (signal) => backend.stats(id, signal)],
    ["layerBytes", (signal) => backend.layerBytes(id, signal)],
    ["ping", (signal) => backend.ping(signal)],
    ["features", (signal) => backend.features(signal)],
    ["list", (signal) => backend.list("contract", signal)],
    ["watch", (signal) => backend.watch("contract", { onEvent: () => undefined }, signal)],
    ["removeVolume", (signal) => backend.removeVolume(uniqueName(), signal)],
    ["createNetwork", (signal) => backend.createNetwork(uniqueName(), {}, signal)],
    ["removeNetwork", (signal) => backend.removeNetwork(uniqueName(), signal)],
  ];
}

/** The call is under way before the abort, rejects with its reason, and leaves no listener on the signal. */
async function assertEndedByAbort(
  backend: ContainerBackend,
  id: string,
  call: (signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const abort = new AbortController();
  const ending = call(abort.signal).then(
    () => "ended by itself",
    (error: unknown) => error,
  );
  await backend.inspect(id); // The engine has been asked, and has answered, something else meanwhile.
  assert.equal(await Promise.race([ending, Promise.resolve("under way")]), "under way");

  abort.abort(reason);

  assert.equal(await ending, reason);
  assert.equal(getEventListeners(abort.signal, "abort").length, 0);
}

function isReason(error: unknown): boolean {
  return error === reason;
}
