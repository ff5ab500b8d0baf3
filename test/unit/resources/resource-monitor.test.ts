import { afterEach, beforeEach, expect, test } from "vitest";
import { EngineRequestError } from "../../../src/errors/engine-request-error.ts";
import type { ReadingSource } from "../../../src/resources/reading-source.ts";
import { ResourceMonitor } from "../../../src/resources/resource-monitor.ts";
import type { ResourceReading } from "../../../src/resources/resource-reading.ts";
import type { ResourceSample } from "../../../src/resources/resource-sample.ts";
import type { WatchTerms } from "../../../src/resources/watched-container.ts";
import { ManualClock } from "../../../src/testing/manual-clock.ts";

/** A container that uses one core without a break. */
class BusySource implements ReadingSource {
  hasEnded = false;
  isDisposed = false;
  readonly startedAtMs = clock.now();

  read(): ResourceReading | undefined {
    if (this.hasEnded) return undefined;
    const atMs = clock.now();
    return { atMs, cpuUsedMs: atMs - this.startedAtMs, memory: { workingSetBytes: 1 }, disk: {} };
  }

  [Symbol.dispose](): void {
    this.isDisposed = true;
  }
}

let clock: ManualClock;
let monitor: ResourceMonitor;
let opened: BusySource[];
let open: () => Promise<ReadingSource | undefined>;
let layers: number[];

beforeEach(() => {
  clock = new ManualClock(250);
  opened = [];
  layers = [];
  open = async () => {
    const source = new BusySource();
    opened.push(source);
    return source;
  };
  monitor = new ResourceMonitor({
    clock,
    open: () => open(),
    measureLayer: async () => layers.push(clock.now()),
  });
});

afterEach(() => {
  monitor[Symbol.dispose]();
  expect(clock.pendingTimers).toBe(0);
  expect(opened.every(({ isDisposed }) => isDisposed)).toBe(true);
});

test("one timer serves all containers, and those with the same interval are looked at together", async () => {
  const samples: ResourceSample[] = [];
  watch({ onSample: (sample) => samples.push(sample) });
  await clock.advance(350);
  watch({ onSample: (sample) => samples.push(sample) });

  expect(clock.pendingTimers).toBe(1);
  await clock.advance(3_400);

  expect(samples.map(({ atMs }) => atMs)).toEqual([1_000, 2_000, 2_000, 3_000, 3_000, 4_000, 4_000]);
  expect(samples.every(({ cpu }) => cpu.usedCores === 1)).toBe(true);
});

test("nothing is done while nothing is watched", async () => {
  expect(clock.pendingTimers).toBe(0);
  const container = watch();
  expect(clock.pendingTimers).toBe(1);

  container[Symbol.dispose]();

  expect(clock.pendingTimers).toBe(0);
  await clock.advance(5_000);
});

test("so many samples are kept, oldest first", async () => {
  const container = watch({ historyLength: 2 });

  await clock.advance(5_000);

  expect(container.history.map(({ atMs }) => atMs)).toEqual([4_000, 5_000]);
});

test("a restart is no rate below 0: the next sample is of the new life alone", async () => {
  const container = watch();
  await clock.advance(2_000);
  opened[0]!.hasEnded = true;

  await clock.advance(3_000);

  expect(opened).toHaveLength(2);
  expect(container.history.map(({ atMs, cpu }) => [atMs, cpu.usedCores])).toEqual([
    [1_000, 1],
    [2_000, 1],
    [4_000, 1],
    [5_000, 1],
  ]);
});

test("a container that has ended is dropped, and that is told once", async () => {
  let ends = 0;
  watch({ onEnd: () => (ends += 1) });
  await clock.advance(1_000);
  opened[0]!.hasEnded = true;
  open = async () => undefined;

  await clock.advance(5_000);

  expect(ends).toBe(1);
  expect(clock.pendingTimers).toBe(0);
});

test("a container that is gone is dropped; one that the engine does not tell of is asked for again", async () => {
  let ends = 0;
  open = () => Promise.reject(new EngineRequestError({ operation: "x", refusal: "unanswered", reason: "cut" }));
  watch({ onEnd: () => (ends += 1) });
  await clock.advance(5_000);
  expect(ends).toBe(0);

  open = () => Promise.reject(new EngineRequestError({ operation: "x", refusal: "not-found", reason: "gone" }));
  await clock.advance(1_000);

  expect(ends).toBe(1);
});

test("a source that opens only after nobody wants it is given back", async () => {
  const opening = Promise.withResolvers<ReadingSource>();
  open = () => opening.promise;
  const container = watch();
  container[Symbol.dispose]();
  const late = new BusySource();

  opening.resolve(late);
  await clock.advance(0);

  expect(late.isDisposed).toBe(true);
});

test("a listener that ends the watch while it is told is not told again", async () => {
  let told = 0;
  const container = watch({
    onSample: () => {
      told += 1;
      container[Symbol.dispose]();
    },
  });

  await clock.advance(5_000);

  expect(told).toBe(1);
});

test("the layer is measured now and then, and only for who wants it", async () => {
  watch();
  await clock.advance(10_000);
  expect(layers).toEqual([]);

  const container = watch({ needsLayer: true });
  await clock.advance(12_000);

  expect(layers).toEqual([11_000, 16_000, 21_000]);
  expect(container.history.map(({ disk }) => disk.layerBytes)).toEqual([undefined, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3]);
});

function watch(terms: Partial<WatchTerms> = {}): ReturnType<ResourceMonitor["add"]> {
  return monitor.add({
    id: "id",
    intervalMs: 1_000,
    historyLength: 60,
    needsLayer: false,
    onSample: () => undefined,
    ...terms,
  });
}
