import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { Engine } from "../engine/engine.ts";
import { toMonotonicMs } from "./exact-time.ts";
import type { FirstAnswer, SidePoll } from "./side-poll.ts";

/** How often the engine is asked whether a container has its address, in milliseconds. */
const ADDRESS_POLL_MS = 20;

/** How long the side poll may have looked away before the answer; a moment that is less exact is of no use. */
const MAX_BLIND_MS = 10;

/** How the moment is found at which a service became ready: by asking it, or by the time stamp of the file it wrote. */
export type Evidence = Omit<SidePoll, "host"> | { readonly file: string };

/** Which container is observed: the one that bears these labels. */
export type Labels = Readonly<Record<string, string>>;

/** Sees, past Cleanroom and past the engine's proxy, when a service becomes ready. The owner disposes it. */
export class Observer implements AsyncDisposable {
  readonly #engine: Engine;
  readonly #worker = new Worker(new URL("side-poll-worker.ts", import.meta.url));

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * Resolves with the moment at which the service became ready, on the monotonic clock; `undefined` when nobody looked
   * just then. Call it ahead of the start.
   *
   * @param started - Resolves once the start is over, whose failure ends the wait.
   */
  async readyAt(evidence: Evidence, labels: Labels, started: Promise<unknown>): Promise<number | undefined> {
    if ("file" in evidence) {
      await started;
      return toMonotonicMs(await this.#engine.modifiedAtMs(await this.#idOf(labels), evidence.file));
    }
    const watching = new AbortController();
    started.catch(() => watching.abort());
    const host = await this.#addressOf(labels, watching.signal);
    const answering = once(this.#worker, "message", { signal: watching.signal });
    this.#worker.postMessage({ ...evidence, host } satisfies SidePoll);
    const [answer] = (await answering) as [FirstAnswer | undefined];
    return answer === undefined || answer.blindMs > MAX_BLIND_MS ? undefined : answer.atMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }

  async #idOf(labels: Labels): Promise<string> {
    const [container] = await this.#engine.listContainers(labels);
    return container!.Id;
  }

  /** The list can be had while the engine is busy starting the container; an inspection would wait. */
  async #addressOf(labels: Labels, signal: AbortSignal): Promise<string> {
    for (;;) {
      const [container] = await this.#engine.listContainers(labels);
      const networks = Object.values(container?.NetworkSettings.Networks ?? {});
      const address = networks.map(({ IPAddress }) => IPAddress).find((candidate) => candidate !== "");
      if (address !== undefined) return address;
      await sleep(ADDRESS_POLL_MS, undefined, { signal });
    }
  }
}
