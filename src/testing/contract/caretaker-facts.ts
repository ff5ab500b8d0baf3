import assert from "node:assert/strict";
import type { BackendFact, ContractContext } from "./fact.ts";
import { assertRefused, created, givenNetwork, started, uniqueName } from "./given.ts";

const PATIENT_MS = 20_000;

/** Facts about looking after what somebody made. */
export const caretakerFacts: readonly BackendFact[] = [
  {
    name: "an engine that is there answers a ping",
    run: ({ backend }) => backend.ping(),
  },
  {
    name: "an engine tells how and where it stores containers",
    run: async ({ backend }) => {
      const { storageDriver, dataDirectory, cgroupVersion } = await backend.features();

      assert.notEqual(storageDriver, "");
      assert.notEqual(dataDirectory, "");
      assert.ok([1, 2].includes(cgroupVersion), "a version of cgroups is told");
    },
  },
  {
    name: "all labels of a container are told",
    run: async (context) => {
      await using container = await created(context, { labels: { "contract.one": "1", "contract.none": "" } });

      const { labels } = await context.backend.inspect(container.id);

      assert.deepEqual([labels["contract.one"], labels["contract.none"]], ["1", ""]);
    },
  },
  {
    name: "a container is paused and resumed, and doing either twice is doing it once",
    run: async (context) => {
      const { backend } = context;
      await using container = await started(context);

      await backend.pause(container.id);
      await backend.pause(container.id);
      assert.deepEqual(await flagsOf(context, container.id), { isRunning: true, isPaused: true });

      await backend.unpause(container.id);
      await backend.unpause(container.id);
      assert.deepEqual(await flagsOf(context, container.id), { isRunning: true, isPaused: false });
    },
  },
  {
    name: "what runs, or never ran, is resumed without effect",
    run: async (context) => {
      await using running = await started(context);
      await using idle = await created(context);

      await context.backend.unpause(running.id);
      await context.backend.unpause(idle.id);

      assert.deepEqual(await flagsOf(context, running.id), { isRunning: true, isPaused: false });
      assert.deepEqual(await flagsOf(context, idle.id), { isRunning: false, isPaused: false });
    },
  },
  {
    name: "what does not run cannot be paused, and what is gone neither paused nor resumed",
    run: async (context) => {
      const { backend } = context;
      await using idle = await created(context);

      await assertRefused(backend.pause(idle.id), "conflict");
      await assertRefused(backend.pause(uniqueName()), "not-found");
      await assertRefused(backend.unpause(uniqueName()), "not-found");
    },
  },
  {
    name: "a paused container that is stopped ends by itself, with an exit code of its own",
    run: async (context) => {
      const { backend } = context;
      await using container = await started(context);
      await backend.pause(container.id);

      await backend.stop(container.id, PATIENT_MS);

      assert.deepEqual(await flagsOf(context, container.id), { isRunning: false, isPaused: false });
      assert.equal((await backend.inspect(container.id)).exitCode, 0);
    },
  },
  {
    name: "a paused container is removed",
    run: async (context) => {
      const { backend } = context;
      await using container = await started(context);
      await backend.pause(container.id);

      await backend.remove(container.id);

      await assertRefused(backend.inspect(container.id), "not-found");
    },
  },
  {
    name: "containers, running or not, and networks are found by a label, with its value or without",
    run: async (context) => {
      const { backend } = context;
      const label = uniqueName();
      const labels = { [label]: "mine" };
      await using network = await givenNetwork(backend, labels);
      await using idle = await created(context, { labels });
      await using running = await started(context, { labels });
      const expected = [
        `container ${idle.name} mine`,
        `container ${running.name} mine`,
        `network ${network.name} mine`,
      ];

      for (const wanted of [label, `${label}=mine`]) {
        const found = await backend.list(wanted);
        const lines = found.map(({ kind, name, labels: theirs }) => `${kind} ${name} ${theirs[label] ?? ""}`);
        assert.deepEqual(lines.toSorted(), expected.toSorted());
        assert.ok(found.some(({ id }) => id === idle.id));
      }
    },
  },
  {
    name: "what carries another label, or another value of it, is not found",
    run: async (context) => {
      const { backend } = context;
      const label = uniqueName();
      await using _network = await givenNetwork(backend, { [label]: "theirs" });
      await using _container = await created(context, { labels: { [label]: "theirs" } });

      assert.deepEqual(await backend.list(`${label}=mine`), []);
      assert.deepEqual(await backend.list(uniqueName()), []);
    },
  },
  {
    name: "a network is removed by its id",
    run: async ({ backend }) => {
      const label = uniqueName();
      await using _network = await givenNetwork(backend, { [label]: "" });
      const [found] = await backend.list(label);

      await backend.removeNetwork(found?.id ?? "");

      assert.deepEqual(await backend.list(label), []);
    },
  },
  {
    name: "removing a volume that never was is a success",
    run: ({ backend }) => backend.removeVolume(uniqueName()),
  },
  {
    name: "the use of a container that runs is told, and that of one that does not is nothing",
    run: async (context) => {
      const { backend } = context;
      await using running = await started(context);
      await using idle = await created(context);

      const { pids, cpuTimeMs, memoryBytes } = await backend.stats(running.id);

      assert.ok(pids >= 1 && cpuTimeMs > 0 && memoryBytes >= 0, JSON.stringify({ pids, cpuTimeMs, memoryBytes }));
      assert.deepEqual(await backend.stats(idle.id), { memoryBytes: 0, cpuTimeMs: 0, pids: 0 });
      await assertRefused(backend.stats(uniqueName()), "not-found");
    },
  },
  {
    name: "the size of a container's layer is told, of one that does not run as well",
    run: async (context) => {
      await using idle = await created(context);

      assert.equal(typeof (await context.backend.layerBytes(idle.id)), "number");
      await assertRefused(context.backend.layerBytes(uniqueName()), "not-found");
    },
  },
];

async function flagsOf({ backend }: ContractContext, id: string): Promise<{ isRunning: boolean; isPaused: boolean }> {
  const { isRunning, isPaused } = await backend.inspect(id);
  return { isRunning, isPaused };
}
