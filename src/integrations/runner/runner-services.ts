import { CleanroomEnvironment } from "../../index.ts";
import type { CleanroomConfig, IsolationPer } from "../../index.ts";
import type { TakenPart } from "./failure-evidence.ts";
import { evidenceOf } from "./failure-evidence.ts";
import { outliveInterrupts } from "./outlive-interrupts.ts";
import { canBeDumped, dumpInto } from "./dump-part.ts";
import { printLine } from "./print-line.ts";
import { progressListeners } from "./progress.ts";
import type { Share } from "./shared.ts";
import { Shared } from "./shared.ts";

/** A part of a service. */
export interface ServicePart extends AsyncDisposable {
  /** What its tests get. */
  readonly value: unknown;
  /**
   * Has it kept after it is disposed, where that can be, and its content written to a file where it cannot; or at least what
   * is to be known of it. Never rejects.
   *
   * @param test - Name of the test that failed.
   */
  preserve(test: string, signal?: AbortSignal): Promise<void>;
}

/** A part that was taken ahead. */
interface ReservedPart {
  /** Name of its service. */
  readonly name: string;
  readonly part: ServicePart;
}

/** Where services are used. */
export interface RunnerPlace {
  /** Tells where relative paths of the configuration start, or fails with what is wrong. Asked when a service is first needed. */
  readonly rootDirectory: () => string | Promise<string>;
  /** Whether it is a worker, for which the runner's main process decides what Ctrl-C means. */
  readonly outlivesInterrupts: boolean;
}

/** How many failed tests of a worker have what they left written to files: where all fail, the first ones tell why. */
const MAX_DUMPS = 10;

/** The services of a configuration as a worker sees them: in the session of the run, which it joins when one is first needed. */
export class RunnerServices implements AsyncDisposable {
  readonly #config: CleanroomConfig;
  readonly #place: RunnerPlace;
  readonly #users = new Shared<RunnerServices>(() => Promise.resolve(this));
  readonly #sharedParts = new Map<string, Shared<ServicePart>>();
  /** What each test has taken; and, by service, what the tests of this file or worker share. */
  readonly #taken = new WeakMap<object, TakenPart[]>();
  readonly #takenByAll = new Map<string, TakenPart>();
  /** What was started for tests and suites that have not taken it yet. Several hooks of a suite may ask for the same. */
  readonly #reserved = new WeakMap<object, ReservedPart[]>();
  #dumps = 0;
  #opening: Promise<CleanroomEnvironment> | undefined;
  #hearInterrupts = (): void => undefined;

  private constructor(config: CleanroomConfig, place: RunnerPlace) {
    this.#config = config;
    this.#place = place;
  }

  /** One for each configuration in a process, whatever the number of files that run in it. */
  static of(config: CleanroomConfig, place: RunnerPlace): RunnerServices {
    const existing = byConfig.get(config) ?? new RunnerServices(config, place);
    byConfig.set(config, existing);
    return existing;
  }

  /**
   * Has a service started for a test or a suite, unless some worker has done so. Where its part is a container, that is taken
   * ahead: later, it would be started within the test's time limit.
   */
  async start(name: string, user: object, signal?: AbortSignal): Promise<void> {
    await this.#handleOf(name, signal);
    if (this.#config.services[name]?.hasOwnContainers !== true) return;
    const part = await this.#take(name, user, signal);
    this.#reserved.set(user, [...(this.#reserved.get(user) ?? []), { name, part }]);
  }

  /** Gives back what was started for a test or a suite that did not take it. */
  async release(user: object): Promise<void> {
    const reserved = this.#reserved.get(user) ?? [];
    this.#reserved.delete(user);
    await Promise.all(reserved.map(({ part }) => part[Symbol.asyncDispose]()));
  }

  /** Keeps what is open to the services open until all who took it have disposed what they got. */
  take(): Promise<Share<RunnerServices>> {
    return this.#users.take();
  }

  /** Which tests share a part of a service. What is not valid is told before the first of them runs. */
  perOf(name: string): IsolationPer {
    const per = this.#config.services[name]?.options.isolation?.per;
    return per === "file" || per === "worker" ? per : "test";
  }

  /**
   * A part of a service, or all of it where it has no parts. The caller disposes it. What the tests of a file or a worker share
   * is one part until all of them have: files of a worker run one after another.
   *
   * @param test - Whose part it is, unless several share it.
   */
  async isolate(name: string, test?: object): Promise<ServicePart> {
    const reserved = (test && this.#reserved.get(test)) ?? [];
    const index = reserved.findIndex((each) => each.name === name);
    const [ready] = index === -1 ? [] : reserved.splice(index, 1);
    return ready?.part ?? this.#take(name, test);
  }

  async #take(name: string, test?: object, signal?: AbortSignal): Promise<ServicePart> {
    if (this.perOf(name) === "test") return this.#newPart(name, (part) => test && this.#noteTaken(test, part), signal);
    const makePart = (): Promise<ServicePart> => {
      this.#takenByAll.delete(name); // It was another file's.
      return this.#newPart(name, (part) => this.#takenByAll.set(name, part));
    };
    const shared = this.#sharedParts.get(name) ?? new Shared(makePart);
    this.#sharedParts.set(name, shared);
    const share = await shared.take();
    return {
      value: share.value.value,
      preserve: () => Promise.resolve(),
      [Symbol.asyncDispose]: () => share[Symbol.asyncDispose](),
    };
  }

  /** Closes what is open to the services, which go on. They can be used again afterwards. */
  async [Symbol.asyncDispose](): Promise<void> {
    const environment = await this.#opening?.catch(() => undefined); // Whoever wanted it was told.
    this.#opening = undefined;
    await environment?.[Symbol.asyncDispose]();
    this.#hearInterrupts();
  }

  /** What is to be known of the parts of these services that a test took, or a suite: a text for each. Never rejects. */
  async evidence(names: ReadonlySet<string>, test?: object): Promise<readonly string[]> {
    const own = (test && this.#taken.get(test)) ?? [];
    const taken = [...own, ...this.#takenByAll.values()].filter(({ name }) => names.has(name));
    return Promise.all(taken.map(evidenceOf));
  }

  #wantsDump(name: string): boolean {
    return this.#config.services[name]?.options.isolation?.dumpFailed !== false;
  }

  #noteTaken(test: object, part: TakenPart): void {
    const earlier = (this.#taken.get(test) ?? []).filter(({ name }) => name !== part.name); // Of an attempt before this one.
    this.#taken.set(test, [...earlier, part]);
  }

  async #newPart(name: string, note: (part: TakenPart) => unknown, signal?: AbortSignal): Promise<ServicePart> {
    const handle = await this.#handleOf(name, signal);
    const definition = this.#config.services[name];
    const kind = await definition?.load();
    const value = await kind?.isolate(handle, signal === undefined ? {} : { signal });
    const isOwn = definition?.hasOwnContainers === true;
    const shown = { handle: isOwn ? containerOf(value) : handle, isShared: !isOwn };
    const taken: TakenPart = { name, value, ...shown, keptForMs: 0, dumped: "" };
    note(taken);
    // A service that has no parts stays for the other tests.
    const isPart = value !== handle && isAsyncDisposable(value);
    return {
      value,
      preserve: async (test, dumpSignal) => {
        if (isOwn) taken.evidence = await evidenceOf(taken); // It may be removed right after.
        if (!isPart) return;
        if (canBeKept(value)) taken.keptForMs = value.keep();
        if (taken.keptForMs > 0 || !canBeDumped(value) || !this.#wantsDump(name)) return;
        this.#dumps += 1;
        if (this.#dumps > MAX_DUMPS) return;
        taken.dumped = await dumpInto(await this.#place.rootDirectory(), { test, part: value, signal: dumpSignal });
      },
      [Symbol.asyncDispose]: async () => (isPart ? value[Symbol.asyncDispose]() : undefined),
    };
  }

  async #handleOf(name: string, signal?: AbortSignal): Promise<unknown> {
    const environment = await this.#open();
    return environment.get(name, signal === undefined ? {} : { signal });
  }

  #open(): Promise<CleanroomEnvironment> {
    this.#opening ??= this.#openNow();
    this.#opening.catch(() => (this.#opening = undefined));
    return this.#opening;
  }

  async #openNow(): Promise<CleanroomEnvironment> {
    const rootDirectory = await this.#place.rootDirectory();
    const listeners = progressListeners(printLine);
    const environment = await CleanroomEnvironment.open(this.#config, { rootDirectory, listeners });
    if (this.#place.outlivesInterrupts) this.#hearInterrupts = outliveInterrupts();
    return environment;
  }
}

const byConfig = new WeakMap<CleanroomConfig, RunnerServices>();

/** The container that a part is, or is in. */
function containerOf(part: unknown): unknown {
  return typeof part === "object" && part !== null && "server" in part ? part.server : part;
}

function canBeKept(value: object): value is { keep(): number } {
  return "keep" in value && typeof value.keep === "function";
}

function isAsyncDisposable(value: unknown): value is AsyncDisposable {
  return typeof value === "object" && value !== null && Symbol.asyncDispose in value;
}
