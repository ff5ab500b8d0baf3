import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import type { ContainerBackend } from "../../backend/container-backend.ts";
import type { ContainerEvent } from "../../backend/engine-caretaker.ts";
import { LifecycleError } from "../../errors/lifecycle-error.ts";
import type { BackendFact } from "./fact.ts";
import { created, started, uniqueName } from "./given.ts";

const reason = new LifecycleError("the contract has seen enough");

/** A life from beginning to end; engines tell of more in between, each in its own words. */
const LIFE = ["create", "start", "pause", "unpause", "die", "destroy"];

/** Facts about being told what happens. */
export const watchFacts: readonly BackendFact[] = [
  {
    name: "the life of a container is told to whoever watches its label, from beginning to end",
    run: async (context) => {
      const { backend } = context;
      const label = uniqueName();
      await using watched = await watching(backend, `${label}=mine`);

      await using container = await started(context, { labels: { [label]: "mine" } });
      await backend.pause(container.id);
      await backend.unpause(container.id);
      await backend.remove(container.id);
      await watched.saw("destroy");

      const life = watched.events.filter(({ action }) => LIFE.includes(action));
      assert.deepEqual(
        life.map(({ action }) => action),
        LIFE,
      );
      assert.ok(life.every(({ id, labels }) => id === container.id && labels[label] === "mine"));
    },
  },
  {
    name: "what happens to others is not told",
    run: async (context) => {
      const label = uniqueName();
      await using watched = await watching(context.backend, `${label}=mine`);

      await using _foreign = await created(context, { labels: { [label]: "theirs" } });
      await using own = await created(context, { labels: { [label]: "mine" } });
      await watched.saw("create");

      assert.deepEqual(new Set(watched.events.map(({ id }) => id)), new Set([own.id]));
    },
  },
  {
    name: "an abort ends a watch, which tells nothing from then on and leaves no listener",
    run: async (context) => {
      const label = uniqueName();
      const watched = await watching(context.backend, label);

      await watched[Symbol.asyncDispose]();
      await using _container = await created(context, { labels: { [label]: "" } });

      assert.deepEqual(watched.events, []);
      assert.equal(getEventListeners(watched.signal, "abort").length, 0);
    },
  },
];

/** A watch that is open. Disposing asserts that it ends with its signal's reason. */
interface Watching extends AsyncDisposable {
  readonly events: readonly ContainerEvent[];
  readonly signal: AbortSignal;
  /** Resolves once an event of this kind has been told. */
  saw(action: string): Promise<void>;
}

async function watching(backend: ContainerBackend, label: string): Promise<Watching> {
  const abort = new AbortController();
  const events: ContainerEvent[] = [];
  const waiting = new Map<string, PromiseWithResolvers<void>>();
  const opened = Promise.withResolvers<void>();
  const onEvent = (event: ContainerEvent): void => {
    events.push(event);
    waiting.get(event.action)?.resolve();
  };
  const watch = backend.watch(label, { onOpen: opened.resolve, onEvent }, abort.signal);
  await Promise.race([opened.promise, watch]);
  return {
    events,
    signal: abort.signal,
    saw: (action) => {
      const seen = Promise.withResolvers<void>();
      waiting.set(action, seen);
      if (events.some((event) => event.action === action)) seen.resolve();
      return Promise.race([seen.promise, watch]);
    },
    [Symbol.asyncDispose]: async () => {
      abort.abort(reason);
      await assert.rejects(watch, (error: unknown) => error === reason);
    },
  };
}
