import { fileURLToPath } from "node:url";
import { describe, expect, vi } from "vitest";
import type {
  CacheStats,
  CachesOptions,
  CapacityPolicy,
  ContainerOptions,
  ServiceDefinition,
} from "../../src/index.ts";
import { connectImages } from "../../src/backend/engine-api/connect-caretaker.ts";
import { container } from "../../src/index.ts";
import { ManualClock } from "../../src/testing/index.ts";
import { systemClock } from "../../src/time/system-clock.ts";
import { ImageMemo } from "../../src/warm/image-memo.ts";
import type { GenericContainer } from "../../src/index.ts";
import * as engine from "../support/engine.ts";
import { EngineProxy } from "../support/engine-proxy.ts";
import { runProcess } from "../support/run-process.ts";
import type { Workspace } from "../support/workspace.ts";
import { images, test } from "../support/workspace.ts";

/** From the sources, as everything else here is. */
const cleanroom = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

const KEEP_MS = 10 * 60_000;

function app(options: ContainerOptions = {}): ServiceDefinition<GenericContainer, unknown> {
  return container(images.service, { ports: [8080], keepAliveMs: KEEP_MS, ...options });
}

/** Uses a service in a session of its own, and says which container that was. */
async function use(
  workspace: Workspace,
  name: string,
  options: { readonly capacity?: CapacityPolicy; readonly caches?: CachesOptions } = {},
): Promise<string> {
  const environment = await workspace.start({ [name]: app() }, options);
  const id = environment.registry.get(name)?.id ?? "";
  await environment.cleanup();
  return id;
}

/** The services whose containers the engine has. */
async function live(workspace: Workspace): Promise<readonly string[]> {
  const containers = await workspace.containers();
  return containers.map(({ Config }) => Config.Labels["dev.cleanroom.service"] ?? "").toSorted();
}

function evictionsOf({ evictions }: CacheStats): number {
  return Object.values(evictions).reduce((sum, count) => sum + count, 0);
}

describe("containers that are kept", () => {
  test("make room in the order of the policy: the one unused the longest is stopped and removed", async ({
    workspace,
  }) => {
    const capacity = { maxContainers: 2 };
    for (const name of ["a", "b", "a"]) await use(workspace, name, { capacity });
    expect(await live(workspace)).toEqual(["a", "b"]);

    await use(workspace, "c", { capacity });

    expect(await live(workspace)).toEqual(["a", "c"]);
    await workspace.removeLeft();
  });

  test("make room by another policy that the configuration names", async ({ workspace }) => {
    const options: Parameters<typeof use>[2] = {
      capacity: { maxContainers: 2 },
      caches: { containers: { policy: "mru" } },
    };
    for (const name of ["a", "b", "a", "c"]) await use(workspace, name, options);

    expect(await live(workspace)).toEqual(["b", "c"]);
    await workspace.removeLeft();
  });

  test("stay while somebody uses them, whoever wants room", async ({ workspace }) => {
    const capacity: CapacityPolicy = { maxContainers: 1, whenFull: "fail" };
    const environment = await workspace.start({ a: app() }, { capacity });

    await expect(workspace.start({ b: app() }, { capacity })).rejects.toMatchObject({ code: "CLEANROOM_CAPACITY" });

    expect(await live(workspace)).toEqual(["a"]);
    await environment.cleanup();
    await workspace.removeLeft();
  });

  test("are not handed out for longer than they may be", async ({ workspace }) => {
    const caches = { containers: { maxReuseMs: 1 } };
    const first = await use(workspace, "a", { caches });

    const second = await use(workspace, "a", { caches });

    expect(second).not.toBe(first);
    expect(await engine.inspect(first)).toBeUndefined();
    await vi.waitUntil(async () => (await live(workspace)).length === 0); // The second is too old as well.
  });
});

describe("the statistics", () => {
  test("tell of one miss and nine hits as a ratio of 0.9, and the command line says the same", async ({
    workspace,
  }) => {
    await using environment = await workspace.start({ other: app({ keepAliveMs: 0 }) });
    const before = (await environment.caches.stats()).containers;

    await Promise.all(
      Array.from({ length: 10 }, () => environment.getOrCreateContainer("db", () => app({ keepAliveMs: 0 }))),
    );

    const stats = await environment.caches.stats();
    expect(stats.containers.misses - before.misses).toBe(1);
    expect(stats.containers.hits - before.hits).toBe(9);
    expect(stats.containers.size).toBe((await workspace.containers()).length);
    const { hits, misses, ratio } = stats.containers;
    expect(ratio).toBeCloseTo(hits / (hits + misses));
    const { output } = await runProcess([cleanroom, "caches", "--json"], { cwd: workspace.directory });
    expect(JSON.parse(output)).toEqual(stats);
  });

  test(
    "agree with the engine's events after the traffic of a hundred containers",
    { timeout: 300_000 },
    async ({ workspace }) => {
      const events: engine.EngineEvent[] = [];
      using _watch = await engine.watchContainers(`dev.cleanroom.project=${workspace.directory}`, (event) =>
        events.push(event),
      );
      const options = { capacity: { maxContainers: 6 } };
      await using observer = await workspace.start({ observer: app() });
      const before = (await observer.caches.stats()).containers;
      const names = Array.from({ length: 100 }, (_, index) => `s${(index * index + (index % 7)) % 23}`);

      for (const name of names) await use(workspace, name, options);

      const { containers } = await observer.caches.stats();
      const count = (action: string): number => events.filter(({ Action }) => Action === action).length - 1;
      const misses = containers.misses - before.misses;
      expect(containers.hits - before.hits + misses).toBe(100);
      expect(misses).toBeGreaterThan(20);
      await vi.waitUntil(() => count("create") === misses);
      const evicted = evictionsOf(containers) - evictionsOf(before);
      await vi.waitUntil(() => count("destroy") + 1 === evicted);
      expect((await workspace.containers()).length).toBe(containers.size);
      await observer.cleanup();
      await workspace.removeLeft();
    },
  );
});

test("an image is inspected once as long as that is believed, and again afterwards; one that is missing each time", async () => {
  await using proxy = await EngineProxy.start();
  await using engineImages = connectImages({ endpoint: proxy.endpoint, clock: systemClock });
  const clock = new ManualClock();
  const memo = new ImageMemo(engineImages, clock);
  const asked = (image: string): number => proxy.count(`GET /images/${encodeURIComponent(image)}/json`);

  const known = await Promise.all(Array.from({ length: 10 }, () => memo.inspect(images.service)));
  await clock.advance(9999);
  await memo.inspect(images.service);
  expect(known[0]?.id).toBe((await engine.inspectImage(images.service))?.Id);
  expect(asked(images.service)).toBe(1);

  await clock.advance(1);
  await memo.inspect(images.service);
  expect(asked(images.service)).toBe(2);
  for (let time = 0; time < 2; time += 1) expect(await memo.inspect("cleanroom-test/none:1")).toBeUndefined();
  expect(asked("cleanroom-test/none:1")).toBe(2);
});

describe("a network that nobody is on", () => {
  const onNetwork = { network: true, keepAliveMs: 0 };

  test("is kept for the next while the session lasts, and goes with it", async ({ workspace }) => {
    const environment = await workspace.start({ a: app(onNetwork) });
    const [made] = await workspace.networks();

    await environment.registry.delete("a");
    expect(await live(workspace)).toEqual([]);
    expect((await workspace.networks()).map(({ Id }) => Id)).toEqual([made?.Id]);
    await environment.get("a");
    expect((await workspace.networks()).map(({ Id }) => Id)).toEqual([made?.Id]);

    await environment.cleanup();
    expect(await workspace.networks()).toEqual([]);
  });

  test("makes room for others, the one used least often first; one that is in use does not", async ({ workspace }) => {
    const caches = { networks: { maxEntries: 2 } };
    await using first = await workspace.start({ held: app(onNetwork) }, { caches });
    const [held] = await workspace.networks();
    vi.stubEnv("CLEANROOM_SESSION", first.sessionId);
    const visit = async (name: string, times: number): Promise<void> => {
      const environment = await workspace.start({ [name]: app(onNetwork) }, { caches });
      for (let time = 1; time < times; time += 1) {
        await environment.registry.delete(name);
        await environment.getOrCreateContainer(name, () => app(onNetwork));
      }
      await environment.registry.delete(name);
    };

    await visit("often", 3);
    const often = (await workspace.networks()).map(({ Id }) => Id);
    expect(often).toHaveLength(2);
    await visit("seldom", 1);
    vi.unstubAllEnvs();

    const left = (await workspace.networks()).map(({ Id }) => Id);
    expect(left).toHaveLength(2);
    expect(left).toContain(held?.Id);
  });
});

describe("a cache volume", () => {
  const label = (workspace: Workspace): string => `dev.cleanroom.project=${workspace.directory}`;
  const mounting = (name: string): ServiceDefinition<GenericContainer, unknown> =>
    app({ keepAliveMs: 0, mounts: [{ type: "cache", name, target: "/cache" }] });
  const prune = (workspace: Workspace): Promise<{ readonly output: string }> =>
    runProcess([cleanroom, "prune"], { cwd: workspace.directory });

  test("holds what was written for the next container, and goes with prune, but not while it is mounted", async ({
    workspace,
  }) => {
    const first = await workspace.start({ a: mounting("packages") });
    await first.services.a.exec(["sh", "-c", "echo kept > /cache/file"]);
    await first.cleanup();
    const second = await workspace.start({ b: mounting("packages") });

    expect((await second.services.b.exec(["cat", "/cache/file"])).stdout).toBe("kept\n");
    await prune(workspace);
    expect(await engine.volumesLabelled(label(workspace))).toHaveLength(1);
    await second.cleanup();
    expect(await engine.volumesLabelled(label(workspace))).toHaveLength(1);

    const { output } = await prune(workspace);
    expect(output).toContain("Removed cache volume cleanroom-cache-");
    expect(await engine.volumesLabelled(label(workspace))).toEqual([]);
  });

  test("makes room for others, the one used last first", async ({ workspace }) => {
    const caches = { volumes: { maxEntries: 2 } };
    const nameOf: Record<string, string> = {};
    for (const name of ["one", "two", "three"]) {
      const known = await engine.volumesLabelled(label(workspace));
      const environment = await workspace.start({ a: mounting(name) }, { caches });
      const made = (await engine.volumesLabelled(label(workspace))).filter((volume) => !known.includes(volume));
      nameOf[name] = made.join();
      await environment.cleanup();
    }

    const left = await engine.volumesLabelled(label(workspace));
    expect(left.toSorted()).toEqual([nameOf["one"], nameOf["three"]].toSorted());
    await prune(workspace);
  });
});
