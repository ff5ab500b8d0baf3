import assert from "node:assert/strict";
import type { BackendFact } from "./fact.ts";
import { assertRefused, created, SERVICE_PORT, started, uniqueName } from "./given.ts";

const PATIENT_MS = 20_000;
const KILLED = 137;

/** Facts about changing a container that somebody else started. */
export const controlFacts: readonly BackendFact[] = [
  {
    name: "a container that is restarted is the same one, started later, and its ports are told anew",
    run: async (context) => {
      const { backend } = context;
      const ports = [{ containerPort: SERVICE_PORT, protocol: "tcp" }] as const;
      await using container = await started(context, { ports });
      const before = await backend.inspect(container.id);

      await backend.restart(container.id, PATIENT_MS);

      const after = await backend.inspect(container.id);
      assert.equal(after.isRunning, true);
      assert.ok((after.startedAtMs ?? 0) > (before.startedAtMs ?? Infinity), "it was started later");
      assert.deepEqual(Object.keys(after.ports), Object.keys(before.ports));
      await assertRefused(backend.restart(uniqueName(), 0), "not-found");
    },
  },
  {
    name: "a container is killed, and killing what has ended is a success",
    run: async (context) => {
      const { backend } = context;
      await using container = await started(context);

      await backend.kill(container.id);
      assert.equal(await backend.waitForExit(container.id), KILLED);
      await backend.kill(container.id);

      await assertRefused(backend.kill(uniqueName()), "not-found");
    },
  },
  {
    name: "limits are changed while a container runs",
    run: async (context) => {
      const { backend } = context;
      await using container = await started(context, { limits: { cpuCores: 1 } });

      await backend.update(container.id, { cpuCores: 0.5 });

      assert.equal((await backend.inspect(container.id)).isRunning, true);
      await assertRefused(backend.update(uniqueName(), { cpuCores: 0.5 }), "not-found");
    },
  },
  {
    name: "a container gets another name, unless somebody else has it",
    run: async (context) => {
      const { backend } = context;
      const name = uniqueName();
      await using container = await created(context);
      await using other = await created(context);

      await assertRefused(backend.rename(container.id, other.name), "conflict");
      await backend.rename(container.id, name);

      assert.equal((await backend.inspect(name)).id, container.id);
      await backend.remove(name);
    },
  },
  {
    name: "a container that is taken off its networks goes on, and its host ports are free",
    run: async (context) => {
      const { backend } = context;
      const ports = [{ containerPort: SERVICE_PORT, protocol: "tcp" }] as const;
      await using container = await started(context, { ports });

      await backend.disconnect(container.id);
      await backend.disconnect(container.id);

      const { isRunning, ports: published, address } = await backend.inspect(container.id);
      assert.deepEqual({ isRunning, published, address }, { isRunning: true, published: {}, address: undefined });
      await assertRefused(backend.disconnect(uniqueName()), "not-found");
    },
  },
  {
    name: "the use of a container is told again and again until it is gone",
    run: async (context) => {
      const { backend } = context;
      await using container = await started(context);
      const told = Promise.withResolvers<number>();

      const telling = backend.streamStats(container.id, ({ pids }) => {
        if (pids > 0) told.resolve(pids);
      });

      assert.ok((await told.promise) >= 1);
      await backend.remove(container.id);
      await telling;
    },
  },
];
