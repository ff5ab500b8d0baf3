import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import type { MonitorOptions } from "../../../src/resources/monitor-container.ts";
import { monitorContainer } from "../../../src/resources/monitor-container.ts";
import type { ResourceSample } from "../../../src/resources/resource-sample.ts";
import type { FakeContainer } from "../../../src/testing/index.ts";
import { FakeBackend, ManualClock } from "../../../src/testing/index.ts";
import { outcomeOf } from "../support/outcome.ts";
import { specWith } from "../support/specs.ts";

interface Followed {
  readonly clock: ManualClock;
  readonly container: FakeContainer;
  readonly samples: AsyncGenerator<ResourceSample>;
}

async function follow(options: MonitorOptions = {}): Promise<Followed> {
  const clock = new ManualClock(10_000);
  const backend = new FakeBackend();
  const id = await backend.create({ containerName: "app-1", spec: specWith(), labels: {} });
  await backend.start(id);
  const [container] = backend.containers;
  return { clock, container: container!, samples: monitorContainer(async () => backend, clock, id, options) };
}

/** So many seconds go by in which the container uses a quarter of a core. */
async function work({ clock, container }: Followed, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    await clock.advance(999);
    container.stats = { ...container.stats, cpuTimeMs: container.stats.cpuTimeMs + 250 };
    await clock.advance(1);
  }
}

test("samples come as they are made, and leaving the loop ends all that is done", async () => {
  const followed = await follow({ measureLayer: true });
  followed.container.layerBytes = 7;
  expect(followed.clock.pendingTimers).toBe(0);

  const first = followed.samples.next();
  await work(followed, 3);

  expect((await first).value).toMatchObject({ cpu: { usedCores: 0.25 }, memory: { workingSetBytes: 1_000_000 } });
  expect((await followed.samples.next()).value).toMatchObject({ disk: { layerBytes: 7 } });
  await followed.samples.return(undefined);
  expect(followed.clock.pendingTimers).toBe(0);
});

test("a reader that is slow gets the last minute", async () => {
  const followed = await follow();
  const first = followed.samples.next();
  await work(followed, 100);
  await first;
  const rest: number[] = [];

  followed.container.exit(0);
  await followed.clock.advance(2_000);
  for await (const { atMs } of followed.samples) rest.push(atMs);

  expect(rest).toHaveLength(60);
  expect(rest.at(-1)! - rest[0]!).toBe(59_000);
});

test("the iteration ends with the container", async () => {
  const followed = await follow();
  const next = followed.samples.next();
  followed.container.exit(0);

  await followed.clock.advance(2_000);

  expect(await next).toEqual({ done: true, value: undefined });
  expect(followed.clock.pendingTimers).toBe(0);
});

test("an abort ends it with its reason, and leaves nothing behind", async () => {
  const reason = new Error("enough");
  const abort = new AbortController();
  const followed = await follow({ signal: abort.signal });
  const next = followed.samples.next();
  await followed.clock.advance(0);

  abort.abort(reason);

  await expect(next).rejects.toBe(reason);
  expect(followed.clock.pendingTimers).toBe(0);
  expect(getEventListeners(abort.signal, "abort")).toEqual([]);
});

test.for([0, -1, NaN, Infinity, 2 ** 31])(
  "an interval of %d ms is refused before anything is asked",
  async (intervalMs) => {
    const { clock, samples } = await follow({ intervalMs });

    expect(await outcomeOf(samples.next())).toMatchObject({
      code: "CLEANROOM_CONFIGURATION",
      message: "monitor() is not valid:\n  intervalMs: must be a number of milliseconds from 1 to 2147483647",
    });
    expect(clock.pendingTimers).toBe(0);
  },
);
