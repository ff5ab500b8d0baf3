import { describe, expect } from "vitest";
import type { ContainerOptions } from "../../src/index.ts";
import { CleanroomEnvironment, container, postgres, redis } from "../../src/index.ts";
import * as engine from "../support/engine.ts";
import { runInside } from "../support/run-inside.ts";
import { failureOf, images, test } from "../support/workspace.ts";

const MiB = 1024 * 1024;

/** What the engine keeps a container to. */
async function limitsOf(id: string): Promise<object> {
  const { Memory, MemorySwap, PidsLimit, NanoCpus } = (await engine.inspectExisting(id)).HostConfig;
  return { Memory, MemorySwap, PidsLimit: PidsLimit ?? 0, NanoCpus };
}

const byDefault = { Memory: 4096 * MiB, MemorySwap: 4096 * MiB, PidsLimit: 4096, NanoCpus: 0 };
const none = { Memory: 0, MemorySwap: 0, PidsLimit: 0, NanoCpus: 0 };

describe("a service that says nothing", () => {
  test("has limits of memory and of processes", async ({ workspace }) => {
    const { services } = await workspace.start({
      web: container(images.service),
      db: postgres(images.postgres),
      cache: redis(images.redis),
    });

    for (const { id } of Object.values(services)) expect(await limitsOf(id)).toEqual(byDefault);
  });

  test("is not handed out before its ports accept connections", async ({ workspace }) => {
    const options: ContainerOptions = { ports: [8080], env: { LISTEN_AFTER_MS: "600000" }, startTimeoutMs: 1_000 };
    const error = await failureOf(workspace.start({ web: container(images.service, options) }));

    expect(error).toMatchObject({ code: "CLEANROOM_HEALTH_TIMEOUT", details: { probe: "all of (tcp 8080)" } });
  });

  test("is refused the process that is one too many", async ({ workspace }) => {
    const { services } = await workspace.start({ web: container(images.service) }, { limits: { pids: 20 } });

    const printed = await runInside(services.web.id, "sh", "-c", "for n in $(seq 30); do sleep 5 & done");
    expect(printed).toContain("Cannot fork");
  });
});

describe("limits of all services", () => {
  test("are what the configuration says, as far as a service says nothing else", async ({ workspace }) => {
    const { services } = await workspace.start(
      {
        plain: container(images.service),
        own: container(images.service, { limits: { memoryBytes: 64 * MiB } }),
        reserved: container(images.service, { limits: { memoryReservationBytes: 512 * MiB } }),
        inWords: container(images.service, { engineOptions: { HostConfig: { Memory: 128 * MiB, PidsLimit: 7 } } }),
        unlimited: container(images.service, { limits: false }),
      },
      { limits: { memoryBytes: 256 * MiB, cpuCores: 0.5 } },
    );
    const half = { PidsLimit: 4096, NanoCpus: 5e8 };

    expect(await limitsOf(services.plain.id)).toEqual({ ...half, Memory: 256 * MiB, MemorySwap: 256 * MiB });
    expect(await limitsOf(services.own.id)).toEqual({ ...half, Memory: 64 * MiB, MemorySwap: 64 * MiB });
    expect(await limitsOf(services.reserved.id)).toMatchObject({ ...half, Memory: 0 });
    expect(await limitsOf(services.inWords.id)).toMatchObject({ Memory: 128 * MiB, PidsLimit: 7, NanoCpus: 5e8 });
    expect(await limitsOf(services.unlimited.id)).toEqual(none);
  });

  test("are none where the configuration, or a setting that wins over it, says so", async ({ workspace }) => {
    const web = (label: string): ReturnType<typeof container> => container(images.service, { labels: { label } });
    const off = await workspace.start({ web: web("off") }, { limits: false });
    const partly = await workspace.start({ web: web("partly") }, { limits: { memoryBytes: false } });
    const set = await CleanroomEnvironment.start(
      { services: { web: web("set") } },
      { rootDirectory: workspace.directory, settings: { memoryBytes: 32 * MiB, pids: false } },
    );
    await using _ = set;

    expect(await limitsOf(off.services.web.id)).toEqual(none);
    expect(await limitsOf(partly.services.web.id)).toEqual({ ...none, PidsLimit: 4096 });
    expect(await limitsOf(set.services.web.id)).toEqual({ ...none, Memory: 32 * MiB, MemorySwap: 32 * MiB });
  });
});
