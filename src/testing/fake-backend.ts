import type {
  ContainerBackend,
  ContainerInspection,
  CreateRequest,
  EngineInfo,
  ExecOptions,
  ExecResult,
  FileStat,
  PullOptions,
} from "../backend/container-backend.ts";
import { abortable } from "../time/abortable.ts";
import type { Clock } from "../time/clock.ts";
import { systemClock } from "../time/system-clock.ts";
import type { BackendCall, BackendMethod, CallListener } from "./call-ledger.ts";
import { CallLedger } from "./call-ledger.ts";
import type { FakeContainer } from "./fake-container.ts";
import type { FakeImages } from "./fake-engine.ts";
import { FakeEngine, refuse } from "./fake-engine.ts";
import { Faults } from "./faults.ts";

/** What a fake engine has. */
export interface FakeBackendOptions {
  /**
   * The images that are present, by name.
   * @default every image is present, with a process that runs until it is stopped
   */
  readonly images?: FakeImages;
  /**
   * The images that can be pulled, by name.
   * @default {}
   */
  readonly registry?: FakeImages;
  /**
   * Where time comes from; of the calls only `stop` waits.
   * @default the system's clock
   */
  readonly clock?: Clock;
  /** Differences from a local engine that publishes on 127.0.0.1. */
  readonly engine?: Partial<EngineInfo>;
}

/** One call, and how it ends early. */
interface Request extends BackendCall {
  readonly signal: AbortSignal | undefined;
  /** Whether the call is not cut short, so that its outcome is known; the reason is thrown afterwards. */
  readonly isSeenThrough?: boolean;
}

const local: EngineInfo = {
  endpoint: "unix:///var/run/fake.sock",
  version: "0.0.0",
  hostAddress: "127.0.0.1",
  publishAddress: "127.0.0.1",
  isLocal: true,
};

/**
 * A container engine in memory, for tests of what stands on one: customizers, probes, services of your own. It keeps a
 * ledger of what was asked of it, can be told to fail or to hang at any call, and shows what exists, so that "leaves
 * nothing behind" is an assertion on `containers` and `networks`. No program runs in it, so nothing listens on its ports.
 */
export class FakeBackend implements ContainerBackend {
  readonly engine: EngineInfo;

  readonly #state: FakeEngine;
  readonly #clock: Clock;
  readonly #ledger = new CallLedger();
  readonly #faults = new Faults();

  constructor({ images, registry = {}, clock = systemClock, engine }: FakeBackendOptions = {}) {
    this.#state = new FakeEngine(images, registry, clock);
    this.#clock = clock;
    this.engine = { ...local, ...engine };
  }

  /** What was asked of it, in order. */
  get calls(): readonly BackendCall[] {
    return this.#ledger.calls;
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

  /** Calls `listener` as calls begin and end, from now on; the returned function ends that. */
  onCall(listener: CallListener): () => void {
    return this.#ledger.on(listener);
  }

  /** Resolves as soon as `method` has been called `times` times in all; at once when it has been already. */
  async called(method: BackendMethod, times = 1): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const check = (): void => {
      if (this.methods.filter((made) => made === method).length >= times) resolve();
    };
    const stop = this.onCall(check);
    check();
    await promise;
    stop();
  }

  /** Lets the next call of `method` reject with `error`, without effect. A further failure waits for a further call. */
  failNext(method: BackendMethod, error: unknown): void {
    this.#faults.plan(method, { error, isAfterEffect: false });
  }

  /** Lets the next call of `method` be carried out and yet reject with `error`, as when the engine's answer is lost. */
  loseNextAnswer(method: BackendMethod, error: unknown): void {
    this.#faults.plan(method, { error, isAfterEffect: true });
  }

  /**
   * Lets every call of `method` hang from now on, until its signal aborts or the returned function is called. An abort does
   * not end `create` and `createNetwork`, as with any backend.
   */
  hang(method: BackendMethod): () => void {
    return this.#faults.hang(method);
  }

  pull(image: string, { onProgress }: PullOptions, signal?: AbortSignal): Promise<void> {
    return this.#perform({ method: "pull", subject: image, signal }, () => {
      this.#state.pull(image);
      onProgress?.({ receivedBytes: 500, totalBytes: 1_000 });
      onProgress?.({ receivedBytes: 1_000, totalBytes: 1_000 });
    });
  }

  create(request: CreateRequest, signal?: AbortSignal): Promise<string> {
    const { containerName } = request;
    return this.#perform(
      { method: "create", subject: containerName, signal, isSeenThrough: true },
      () => this.#state.create(request).id,
    );
  }

  start(id: string, signal?: AbortSignal): Promise<void> {
    return this.#perform(this.#about("start", id, signal), () => {
      this.#state.start(id);
    });
  }

  stop(id: string, graceMs: number, signal?: AbortSignal): Promise<void> {
    return this.#perform(this.#about("stop", id, signal), async () => {
      const container = this.#state.find(id);
      if (container?.state === "running") await this.#askToStop(container, graceMs, signal);
    });
  }

  remove(idOrName: string, signal?: AbortSignal): Promise<void> {
    return this.#perform(this.#about("remove", idOrName, signal), () => {
      this.#state.remove(idOrName);
    });
  }

  inspect(id: string, signal?: AbortSignal): Promise<ContainerInspection> {
    return this.#perform(this.#about("inspect", id, signal), () =>
      this.#state.get(id, "inspect the container").inspect(),
    );
  }

  waitForExit(id: string, signal?: AbortSignal): Promise<number> {
    return this.#perform(this.#about("waitForExit", id, signal), () =>
      abortable(this.#state.get(id, "wait for its end").ended, signal),
    );
  }

  exec(id: string, command: readonly string[], options: ExecOptions = {}, signal?: AbortSignal): Promise<ExecResult> {
    const operation = `run ${command.join(" ")}`;
    return this.#perform(this.#about("exec", id, signal), () => {
      const container = this.#state.get(id, operation);
      if (container.state !== "running") refuse(operation, "conflict", `container ${container.name} is not running`);
      const answer = this.#state.programOf(container).onExec?.(command, options, container);
      return abortable(Promise.resolve(answer ?? { exitCode: 0, stdout: "", stderr: "" }), signal);
    });
  }

  logs(id: string, tailLines: number, signal?: AbortSignal): Promise<string> {
    return this.#perform(this.#about("logs", id, signal), () =>
      this.#state.get(id, "read its logs").logTail(tailLines),
    );
  }

  statFile(id: string, path: string, signal?: AbortSignal): Promise<FileStat | undefined> {
    return this.#perform(this.#about("statFile", id, signal), () => this.#state.find(id)?.stat(path));
  }

  readFile(id: string, path: string, signal?: AbortSignal): Promise<Buffer> {
    const operation = `read ${path}`;
    return this.#perform(this.#about("readFile", id, signal), () => {
      const container = this.#state.get(id, operation);
      return container.readFile(path) ?? refuse(operation, "not-found", `there is no ${path} in ${container.name}`);
    });
  }

  createNetwork(name: string, _labels: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<void> {
    return this.#perform({ method: "createNetwork", subject: name, signal, isSeenThrough: true }, () => {
      this.#state.createNetwork(name);
    });
  }

  removeNetwork(name: string, signal?: AbortSignal): Promise<void> {
    return this.#perform({ method: "removeNetwork", subject: name, signal }, () => {
      this.#state.removeNetwork(name);
    });
  }

  /** Nothing to give back: what exists stays, to be looked at. */
  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  async #askToStop(container: FakeContainer, graceMs: number, signal: AbortSignal | undefined): Promise<void> {
    const { onStop } = this.#state.programOf(container);
    const patience = this.#clock.startTimer(() => {
      container.kill();
    }, graceMs);
    try {
      if (onStop === undefined) container.exit(0);
      else onStop(container);
      await abortable(container.ended, signal);
    } finally {
      patience.cancel();
    }
  }

  #about(method: BackendMethod, idOrName: string, signal: AbortSignal | undefined): Request {
    return { method, subject: this.#state.find(idOrName)?.name ?? idOrName, signal };
  }

  async #perform<T>(request: Request, effect: () => T | Promise<T>): Promise<T> {
    const { method, subject, signal, isSeenThrough = false } = request;
    signal?.throwIfAborted();
    this.#ledger.begin({ method, subject });
    const failure = this.#faults.take(method);
    await abortable(this.#faults.pass(method), isSeenThrough ? undefined : signal);
    if (!isSeenThrough) signal?.throwIfAborted();
    if (failure?.isAfterEffect === false) throw failure.error;

    const result = await effect();
    if (failure !== undefined) throw failure.error;
    if (isSeenThrough) signal?.throwIfAborted();
    this.#ledger.end({ method, subject });
    return result;
  }
}
