import assert from "node:assert/strict";
import type { BackendFact } from "./fact.ts";
import { assertRefused, created, specOf, started, uniqueName } from "./given.ts";

const KILLED = 137;
const PATIENT_MS = 20_000;

/** Facts about how containers are made and how they end. */
export const lifeFacts: readonly BackendFact[] = [
  {
    name: "a container that was created has a full id and does not run",
    run: async (context) => {
      await using container = await created(context);

      const { id, isRunning, ports } = await context.backend.inspect(container.id);

      assert.match(container.id, /^[0-9a-f]{64}$/);
      assert.deepEqual({ id, isRunning, ports }, { id: container.id, isRunning: false, ports: {} });
    },
  },
  {
    name: "a container that was started runs",
    run: async (context) => {
      await using container = await started(context);

      const { isRunning, isOutOfMemory } = await context.backend.inspect(container.id);

      assert.deepEqual({ isRunning, isOutOfMemory }, { isRunning: true, isOutOfMemory: false });
    },
  },
  {
    name: "an image that is not there is refused, and nothing is made",
    run: async (context) => {
      const { backend, absentImage } = context;
      const containerName = uniqueName();
      const spec = specOf(context, { image: absentImage });

      await assertRefused(backend.create({ containerName, spec, labels: {} }), "image-not-found");

      await assertRefused(backend.inspect(containerName), "not-found");
    },
  },
  {
    name: "an image that no registry has cannot be pulled",
    run: ({ backend, absentImage }) =>
      assertRefused(backend.pull(absentImage, {}), "image-not-found", "image-unauthorized", "registry-unreachable"),
  },
  {
    name: "a name that is taken is refused, and its holder left alone",
    run: async (context) => {
      const { backend } = context;
      await using holder = await started(context);

      await assertRefused(
        backend.create({ containerName: holder.name, spec: specOf(context), labels: {} }),
        "conflict",
      );

      assert.equal((await backend.inspect(holder.id)).isRunning, true);
    },
  },
  {
    name: "the exit code is told to whoever waits for it, before the end and after",
    run: async (context) => {
      const { backend } = context;
      await using container = await started(context, { env: { EXIT_AFTER_MS: "300", EXIT_CODE: "7" } });

      assert.equal(await backend.waitForExit(container.id), 7);
      assert.equal(await backend.waitForExit(container.id), 7);

      const { isRunning, exitCode } = await backend.inspect(container.id);
      assert.deepEqual({ isRunning, exitCode }, { isRunning: false, exitCode: 7 });
    },
  },
  {
    name: "stop asks first: who obeys ends with an exit code of its own",
    run: async (context) => {
      await using container = await started(context);

      await context.backend.stop(container.id, PATIENT_MS);

      const { isRunning, exitCode } = await context.backend.inspect(container.id);
      assert.deepEqual({ isRunning, exitCode }, { isRunning: false, exitCode: 0 });
    },
  },
  {
    name: "stop kills who does not obey within the grace",
    run: async (context) => {
      await using container = await started(context, { env: { IGNORE_TERM: "1" } });

      await context.backend.stop(container.id, 1_000);

      const { isRunning, exitCode } = await context.backend.inspect(container.id);
      assert.deepEqual({ isRunning, exitCode }, { isRunning: false, exitCode: KILLED });
    },
  },
  {
    name: "stopping what has ended, or is gone, is a success",
    run: async (context) => {
      const { backend } = context;
      await using container = await started(context);
      await backend.stop(container.id, PATIENT_MS);

      await backend.stop(container.id, PATIENT_MS);
      await backend.remove(container.id);
      await backend.stop(container.id, PATIENT_MS);
    },
  },
  {
    name: "a running container is removed by its name, and whoever waits for its end is told",
    run: async (context) => {
      const { backend } = context;
      await using container = await started(context);
      const end = backend.waitForExit(container.id);

      await backend.remove(container.name);

      assert.equal(await end, KILLED);
      await assertRefused(backend.inspect(container.id), "not-found");
    },
  },
  {
    name: "removing what is gone, or never was, is a success; twice at the same time as well",
    run: async (context) => {
      const { backend } = context;
      await using container = await started(context);

      await Promise.all([backend.remove(container.id), backend.remove(container.name)]);
      await backend.remove(container.id);
      await backend.remove(uniqueName());
    },
  },
  {
    name: "a container that is gone cannot be started or looked into",
    run: async (context) => {
      const { backend } = context;
      const { id } = await created(context);
      await backend.remove(id);

      await assertRefused(backend.start(id), "not-found");
      await assertRefused(backend.logs(id, 10), "not-found");
      await assertRefused(backend.exec(id, ["true"]), "not-found");
      await assertRefused(backend.readFile(id, "/etc/passwd"), "not-found");
    },
  },
];
