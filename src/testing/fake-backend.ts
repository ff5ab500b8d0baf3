import type {
  ContainerBackend,
  ContainerInspection,
  ContainerStats,
  CreateRequest,
  EngineInfo,
  ExecOptions,
  ExecResult,
  FileStat,
  PullOptions,
} from "../backend/container-backend.ts";
import type { ContainerUpdate, LabelledObject, WatchListeners } from "../backend/engine-caretaker.ts";
import type { EngineFeatures } from "../backend/engine-features.ts";
import { abortable } from "../time/abortable.ts";
import { systemClock } from "../time/system-clock.ts";
import type { BackendCall, BackendMethod, CallListener } from "./call-ledger.ts";
import type { FakeCall } from "./fake-calls.ts";
import { FakeCalls } from "./fake-calls.ts";
import type { FakeBackendOptions } from "./fake-backend-options.ts";
import { localEngine, usualFeatures } from "./fake-backend-options.ts";
import type { FakeContainer } from "./fake-container.ts";
import { FakeEngine, refuse } from "./fake-engine.ts";

/**
 * A container engine in memory, for tests of what stands on one: customizers, probes, services of your own. It keeps a
 * ledger of what was asked of it, can be told to fail or to hang at any call, and shows what exists, so that "leaves
 * nothing behind" is an assertion on `containers` and `networks`. No program runs in it, so nothing listens on its ports.
 */
export class FakeBackend implements ContainerBackend {
  readonly engine: EngineInfo;

  readonly #features: EngineFeatures;
  readonly #state: FakeEngine;
  readonly #calls = new FakeCalls();
  #streamCut = Promise.withResolvers<never>();

  constructor({ images, registry = {}, clock = systemClock, engine, features }: FakeBackendOptions = {}) {
    this.#state = new FakeEngine(images, registry, clock);
    this.engine = { ...localEngine, ...engine };
    this.#features = { ...usualFeatures, ...features };
  }

  /** What was asked of it, in order. */
  get calls(): readonly BackendCall[] {
    return this.#calls.ledger.calls;
  }

  /** The names of the calls, in order. */
  get methods(): readonly BackendMethod[] {
    return this.calls.map(({ method }) => method);
  }

  /** The containers that exist, in the order in which they were made. */
  get containers(): readonly FakeContainer[] {
    return this.#state.containers;
  }

  /** The names of the networks that exist. */
  get networks(): readonly string[] {
    return this.#state.networks;
  }

  /** The names of the volumes that exist. */
  get volumes(): readonly string[] {
    return this.#state.volumes.all.map(({ name }) => name);
  }

  /** Calls `listener` as calls begin and end, from now on; the returned function ends that. */
  onCall(listener: CallListener): () => void {
    return this.#calls.ledger.on(listener);
  }

  /** Resolves as soon as `method` has been called `times` times in all; at once when it has been already. */
  called(method: BackendMethod, times = 1): Promise<void> {
    return this.#calls.ledger.called(method, times);
  }

  /** Lets the next call of `method` reject with `error`, without effect. A further failure waits for a further call. */
  failNext(method: BackendMethod, error: unknown): void {
    this.#calls.faults.plan(method, { error, isAfterEffect: false });
  }

  /** Lets the next call of `method` be carried out and yet reject with `error`, as when the engine's answer is lost. */
  loseNextAnswer(method: BackendMethod, error: unknown): void {
    this.#calls.faults.plan(method, { error, isAfterEffect: true });
  }

  /**
   * Lets every call of `method` hang from now on, until its signal aborts or the returned function is called. An abort does
   * not end `create` and `createNetwork`, as with any backend.
   */
  hang(method: BackendMethod): () => void {
    return this.#calls.faults.hang(method);
  }

  /** Lets everything that is watched now end with `error`, as when the engine goes away. */
  cutWatches(error: unknown): void {
    const { promise, reject } = this.#streamCut;
    this.#streamCut = Promise.withResolvers<never>();
    promise.catch(() => undefined); // Perhaps nobody watches.
    reject(error);
  }

  pull(image: string, { onProgress }: PullOptions, signal?: AbortSignal): Promise<void> {
    return this.#calls.perform({ method: "pull", subject: image, signal }, () => {
      this.#state.pull(image);
      onProgress?.({ receivedBytes: 500, totalBytes: 1_000 });
      onProgress?.({ receivedBytes: 1_000, totalBytes: 1_000 });
    });
  }

  build(...[{ image }, , signal]: Parameters<ContainerBackend["build"]>): Promise<void> {
    return this.#calls.perform({ method: "build", subject: image, signal }, () => this.#state.build(image));
  }

  create(request: CreateRequest, signal?: AbortSignal): Promise<string> {
    const { containerName } = request;
    return this.#calls.perform(
      { method: "create", subject: containerName, signal, isSeenThrough: true },
      () => this.#state.create(request).id,
    );
  }

  start(id: string, signal?: AbortSignal): Promise<void> {
    return this.#calls.perform(this.#about("start", id, signal), () => {
      this.#state.start(id);
    });
  }

  stop(id: string, graceMs: number, signal?: AbortSignal): Promise<boolean> {
    return this.#calls.perform(this.#about("stop", id, signal), () => this.#state.stop(id, graceMs, signal));
  }

  pause(id: string, signal?: AbortSignal): Promise<void> {
    return this.#calls.perform(this.#about("pause", id, signal), () => {
      this.#state.pause(id);
    });
  }

  unpause(id: string, signal?: AbortSignal): Promise<void> {
    return this.#calls.perform(this.#about("unpause", id, signal), () => {
      this.#state.get(id, "resume the container").unpause();
    });
  }

  restart(id: string, graceMs: number, signal?: AbortSignal): Promise<void> {
    return this.#calls.perform(this.#about("restart", id, signal), () => this.#state.restart(id, graceMs, signal));
  }

  kill(id: string, signal?: AbortSignal): Promise<void> {
    return this.#calls.perform(this.#about("kill", id, signal), () => {
      this.#state.get(id, "kill the container").kill();
    });
  }

  update(id: string, update: ContainerUpdate, signal?: AbortSignal): Promise<void> {
    return this.#calls.perform(this.#about("update", id, signal), () => {
      this.#state.get(id, "change the container's limits").update(update);
    });
  }

  rename(id: string, name: string, signal?: AbortSignal): Promise<void> {
    return this.#calls.perform(this.#about("rename", id, signal), () => {
      this.#state.rename(id, name);
    });
  }

  layerBytes(id: string, signal?: AbortSignal): Promise<number | undefined> {
    return this.#calls.perform(
      this.#about("layerBytes", id, signal),
      () => this.#state.get(id, "measure its layer").layerBytes,
    );
  }

  disconnect(id: string, signal?: AbortSignal): Promise<void> {
    return this.#calls.perform(this.#about("disconnect", id, signal), () => {
      this.#state.get(id, "take the container off its networks").disconnect();
    });
  }

  /** Tells what it uses at once, and whenever a test says so; ends with the container. */
  streamStats(id: string, onStats: (stats: ContainerStats) => void, signal?: AbortSignal): Promise<void> {
    return this.#calls.perform(this.#about("streamStats", id, signal), async () => {
      const container = this.#state.get(id, "measure the container");
      const stop = container.followStats(onStats);
      await abortable(container.ended, signal).finally(stop);
    });
  }

  remove(idOrName: string, signal?: AbortSignal): Promise<void> {
    return this.#calls.perform(this.#about("remove", idOrName, signal), () => {
      this.#state.remove(idOrName);
    });
  }

  inspect(id: string, signal?: AbortSignal): Promise<ContainerInspection> {
    return this.#calls.perform(this.#about("inspect", id, signal), () =>
      this.#state.get(id, "inspect the container").inspect(),
    );
  }

  waitForExit(id: string, signal?: AbortSignal): Promise<number> {
    return this.#calls.perform(this.#about("waitForExit", id, signal), () =>
      abortable(this.#state.get(id, "wait for its end").ended, signal),
    );
  }

  stats(id: string, signal?: AbortSignal): Promise<ContainerStats> {
    return this.#calls.perform(this.#about("stats", id, signal), () => {
      const { state, stats } = this.#state.get(id, "measure the container");
      return state === "running" ? stats : { memoryBytes: 0, cpuTimeMs: 0, pids: 0 };
    });
  }

  exec(id: string, command: readonly string[], options: ExecOptions = {}, signal?: AbortSignal): Promise<ExecResult> {
    const operation = `run ${command.join(" ")}`;
    return this.#calls.perform(this.#about("exec", id, signal), () => {
      const container = this.#state.get(id, operation);
      if (container.state !== "running") refuse(operation, "conflict", `container ${container.name} is not running`);
      const answer = this.#state.programOf(container).onExec?.(command, options, container);
      return abortable(Promise.resolve(answer ?? { exitCode: 0, stdout: "", stderr: "" }), signal);
    });
  }

  logs(id: string, tailLines: number, signal?: AbortSignal): Promise<string> {
    return this.#calls.perform(this.#about("logs", id, signal), () =>
      this.#state.get(id, "read its logs").logTail(tailLines),
    );
  }

  statFile(id: string, path: string, signal?: AbortSignal): Promise<FileStat | undefined> {
    return this.#calls.perform(this.#about("statFile", id, signal), () => this.#state.find(id)?.stat(path));
  }

  readFile(id: string, path: string, signal?: AbortSignal): Promise<Buffer> {
    const operation = `read ${path}`;
    return this.#calls.perform(this.#about("readFile", id, signal), () => {
      const container = this.#state.get(id, operation);
      return container.readFile(path) ?? refuse(operation, "not-found", `there is no ${path} in ${container.name}`);
    });
  }

  createNetwork(name: string, labels: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<void> {
    return this.#calls.perform({ method: "createNetwork", subject: name, signal, isSeenThrough: true }, () => {
      this.#state.createNetwork(name, labels);
    });
  }

  removeNetwork(idOrName: string, signal?: AbortSignal): Promise<void> {
    return this.#calls.perform({ method: "removeNetwork", subject: idOrName, signal }, () => {
      this.#state.removeNetwork(idOrName);
    });
  }

  createVolume(name: string, labels: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<void> {
    const call: FakeCall = { method: "createVolume", subject: name, signal };
    return this.#calls.perform(call, () => this.#state.volumes.create(name, labels));
  }

  removeVolume(name: string, signal?: AbortSignal): Promise<void> {
    return this.#calls.perform({ method: "removeVolume", subject: name, signal }, () => this.#state.removeVolume(name));
  }

  ping(signal?: AbortSignal): Promise<void> {
    return this.#calls.perform({ method: "ping", subject: this.engine.endpoint, signal }, () => undefined);
  }

  features(signal?: AbortSignal): Promise<EngineFeatures> {
    return this.#calls.perform({ method: "features", subject: this.engine.endpoint, signal }, () => this.#features);
  }

  list(label: string, signal?: AbortSignal): Promise<readonly LabelledObject[]> {
    return this.#calls.perform({ method: "list", subject: label, signal }, () => this.#state.list(label));
  }

  watch(label: string, { onOpen, onEvent }: WatchListeners, signal?: AbortSignal): Promise<never> {
    return this.#calls.perform({ method: "watch", subject: label, signal }, async () => {
      const stop = this.#state.events.watch(label, onEvent);
      try {
        onOpen?.();
        return await abortable(this.#streamCut.promise, signal);
      } finally {
        stop();
      }
    });
  }

  /** Nothing to give back: what exists stays, to be looked at. */
  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  #about(method: BackendMethod, idOrName: string, signal: AbortSignal | undefined): FakeCall {
    return { method, subject: this.#state.find(idOrName)?.name ?? idOrName, signal };
  }
}
