import { expect, test } from "vitest";
import type { ContainerStats } from "../../../src/backend/container-backend.ts";
import { StatsStream } from "../../../src/resources/stats-stream.ts";
import { ManualClock } from "../../../src/testing/manual-clock.ts";

const stats: ContainerStats = { memoryBytes: 5, cpuTimeMs: 10, pids: 1 };

/** An engine that tells what a test says. */
class Engine {
  readonly cut: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  tell: (stats: ContainerStats) => void = () => undefined;
  signal: AbortSignal | undefined;

  streamStats(_id: string, onStats: (stats: ContainerStats) => void, signal?: AbortSignal): Promise<void> {
    this.tell = onStats;
    this.signal = signal;
    return this.cut.promise;
  }
}

test("what the engine told last is read, as of when it came", () => {
  const clock = new ManualClock(100);
  const engine = new Engine();
  using stream = new StatsStream(engine, "id", clock);
  expect(stream.read()).toBeUndefined();

  const networks = { eth0: { receivedBytes: 1, sentBytes: 2 } };
  engine.tell({ ...stats, memoryLimitBytes: 9, peakMemoryBytes: 7, diskReadBytes: 3, diskWrittenBytes: 4, networks });

  expect(stream.read()).toEqual({
    atMs: 100,
    cpuUsedMs: 10,
    memory: { workingSetBytes: 5, peakBytes: 7, limitBytes: 9 },
    disk: { readBytes: 3, writtenBytes: 4 },
    interfaces: networks,
    pids: { current: 1 },
  });
});

test("what the engine does not say is absent", () => {
  const engine = new Engine();
  using stream = new StatsStream(engine, "id", new ManualClock());

  engine.tell(stats);

  expect(stream.read()).toEqual({
    atMs: 0,
    cpuUsedMs: 10,
    memory: { workingSetBytes: 5 },
    disk: {},
    pids: { current: 1 },
  });
});

test("it ends when the container has no process any more, when it is cut, and when it is closed", async () => {
  const clock = new ManualClock();
  const stopped = new Engine();
  using ofStopped = new StatsStream(stopped, "id", clock);
  stopped.tell({ memoryBytes: 0, cpuTimeMs: 0, pids: 0 });
  expect(ofStopped.hasEnded).toBe(true);

  const cut = new Engine();
  using ofCut = new StatsStream(cut, "id", clock);
  expect(ofCut.hasEnded).toBe(false);
  cut.cut.reject(new Error("ECONNRESET"));
  await clock.advance(0);
  expect(ofCut.hasEnded).toBe(true);

  const closed = new Engine();
  new StatsStream(closed, "id", clock)[Symbol.dispose]();
  expect(closed.signal?.aborted).toBe(true);
});
