import type { EngineCaretaker } from "../backend/engine-caretaker.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { abortable } from "../time/abortable.ts";
import type { Clock } from "../time/clock.ts";
import { openReadingSource } from "./open-reading-source.ts";
import { ResourceMonitor } from "./resource-monitor.ts";
import type { ResourceSample } from "./resource-sample.ts";

/** How a container's use is followed. */
export interface MonitorOptions {
  /**
   * How often it is looked at, in milliseconds, from 1. From an engine elsewhere, news come once a second.
   * @default 1_000
   */
  readonly intervalMs?: number;
  /**
   * Whether `disk.layerBytes` is wanted. The engine looks at every file for it, so it is measured every five seconds at most.
   * @default false
   */
  readonly measureLayer?: boolean;
  /** Ends the iteration, which rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** How many samples wait for a reader that is slow; older ones are dropped. */
const MAX_WAITING = 60;

/** The longest that a timer can take, in milliseconds. */
const MAX_INTERVAL_MS = 2_147_483_647;

/** A monitor of the containers of one engine. The caller disposes it. */
export function monitorOf(caretaker: EngineCaretaker, clock: Clock): ResourceMonitor {
  return new ResourceMonitor({
    clock,
    open: (id, signal) => openReadingSource(caretaker, clock, id, signal),
    measureLayer: (id, signal) => caretaker.layerBytes(id, signal),
  });
}

/**
 * Samples of what a container uses, as they are made, the first after two looks at it. Ends when the container does not run
 * any more. Nothing is done before somebody iterates, nor after.
 *
 * @throws ConfigurationError for an interval that no timer can take.
 */
export async function* monitorContainer(
  connect: () => Promise<EngineCaretaker>,
  clock: Clock,
  id: string,
  { intervalMs = 1_000, measureLayer = false, signal }: MonitorOptions = {},
): AsyncGenerator<ResourceSample, void, undefined> {
  refuseInterval(intervalMs);
  const caretaker = await connect();
  const queue = new SampleQueue();
  using monitor = monitorOf(caretaker, clock);
  const watch = { id, intervalMs, historyLength: 1, needsLayer: measureLayer };
  monitor.add({ ...watch, onSample: queue.put.bind(queue), onEnd: queue.end.bind(queue) });
  for (;;) {
    const next = await queue.take(signal);
    if (next === undefined) return;
    yield next;
  }
}

function refuseInterval(intervalMs: number): void {
  if (intervalMs >= 1 && intervalMs <= MAX_INTERVAL_MS) return;
  const message = `must be a number of milliseconds from 1 to ${MAX_INTERVAL_MS}`;
  throw new ConfigurationError({ origin: "monitor()", problems: [{ path: "intervalMs", message }] });
}

/** Samples that wait for their only reader. */
class SampleQueue {
  readonly #waiting: ResourceSample[] = [];
  #hasEnded = false;
  #news = Promise.withResolvers<void>();

  put(sample: ResourceSample): void {
    this.#waiting.push(sample);
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
    this.#news.resolve();
  }

  end(): void {
    this.#hasEnded = true;
    this.#news.resolve();
  }

  /** The next sample, once there is one; nothing after the last. */
  async take(signal: AbortSignal | undefined): Promise<ResourceSample | undefined> {
    signal?.throwIfAborted();
    if (this.#waiting.length === 0 && !this.#hasEnded) {
      this.#news = Promise.withResolvers<void>();
      await abortable(this.#news.promise, signal);
    }
    return this.#waiting.shift();
  }
}
