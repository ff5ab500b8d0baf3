import { AsyncLocalStorage } from "node:async_hooks";
import type { Circus, Config } from "@jest/types";
import { LifecycleError } from "../../index.ts";
import { exposeShared } from "../runner/expose-shared.ts";
import type { ServicePart } from "../runner/runner-services.ts";
import type { Answer, Bridge } from "./bridge.ts";
import { problemOf } from "./bridge.ts";
import { Declarations } from "./declarations.ts";
import type { ProcessServices } from "./process-services.ts";
import { openServices } from "./process-services.ts";
import { processState } from "./process-state.ts";
import type { RealmGlobals } from "./realm.ts";
import { Realm } from "./realm.ts";
import { assertSetUp } from "./run-set-ups.ts";
import { TestParts } from "./test-parts.ts";
import { willRun } from "./will-run.ts";

/** What a test file runs with. */
interface FileGlobals extends RealmGlobals {
  readonly process: Pick<NodeJS.Process, "env">;
}

/** A test file as its environment sees it: which services its tests use, and what they have of them. */
export class TestFile implements AsyncDisposable {
  readonly #project: Config.ProjectConfig;
  readonly #realm: Realm;
  readonly #env: NodeJS.ProcessEnv;
  readonly #declarations = new Declarations();
  readonly #running = new Map<Circus.TestEntry, TestParts>();
  readonly #current = new AsyncLocalStorage<TestParts>();
  /** What all tests of the file share, or of the worker. */
  readonly #taking = new Map<string, Promise<ServicePart>>();
  readonly #shared = new Map<string, Answer<unknown>>();
  #opening: Promise<void> | undefined;
  #opened: ProcessServices | undefined;
  #exposed: AsyncDisposable | undefined;
  #state: Circus.State | undefined;

  /** @param globals - Those of the realm that the file will run in. */
  constructor(project: Config.ProjectConfig, globals: FileGlobals) {
    this.#project = project;
    this.#realm = new Realm(globals);
    this.#env = globals.process.env;
  }

  /** What the file can ask. */
  readonly bridge: Bridge = {
    open: () => this.open(),
    declare: (names, known) =>
      answer(() => {
        this.#declarations.add({ names, known, configured: this.#open.config.services, state: this.#state });
        return undefined;
      }),
    read: (name) => this.#shownAnswer(this.#shared.get(name) ?? answer(() => this.#partsOfTest().valueOf(name))),
  };

  /** Reads the configuration, and sets the environment variables that lead to parts of this file, before it is loaded. */
  open(): Promise<void> {
    return (this.#opening ??= this.#openNow());
  }

  /** Follows what happens to tests. */
  async handle(event: Circus.Event, state: Circus.State): Promise<void> {
    this.#state = state;
    if (this.#declarations.isEmpty) return;
    if (event.name === "run_describe_start") return this.#beginDescribe(event.describeBlock, state);
    if (event.name === "test_started") return this.#beginTest(event.test);
    if (event.name === "test_done") return this.#endTest(event.test);
  }

  /** Gives back what the tests of the file shared. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opening?.catch(() => undefined); // Jest was told.
    await using _exposed = this.#exposed;
    await Promise.all([...this.#taking].map(([name, taking]) => this.#giveBack(name, taking)));
  }

  async #openNow(): Promise<void> {
    assertSetUp(this.#project);
    this.#opened = await openServices(this.#project);
    const { config, services } = this.#opened;
    this.#exposed = await exposeShared(config, services, this.#env);
  }

  get #open(): ProcessServices {
    if (this.#opened === undefined)
      throw new LifecycleError("A test file was loaded before its environment was set up.");
    return this.#opened;
  }

  /** Before its hooks: those that run once may use what is shared. What cannot start is told by the tests that need it. */
  async #beginDescribe(block: Circus.DescribeBlock, state: Circus.State): Promise<void> {
    if (!willRun(block, state)) return;
    const names = this.#declarations.in(block).filter((name) => this.#isShared(name));
    await Promise.allSettled(names.map((name) => this.#share(name)));
  }

  /** Before its hooks, and outside of every timeout. */
  async #beginTest(test: Circus.TestEntry): Promise<void> {
    const { services } = this.#open;
    const parts = new TestParts(test, services);
    this.#running.set(test, parts);
    const names = this.#declarations.of(test);
    const outcomes = await Promise.allSettled(
      names.map((name) => (this.#isShared(name) ? this.#share(name) : parts.take(name))),
    );
    // The test then does not run.
    for (const outcome of outcomes)
      if (outcome.status === "rejected") test.errors.push([outcome.reason, test.asyncError]);
    parts.runIn(this.#current);
  }

  async #endTest(test: Circus.TestEntry): Promise<void> {
    const parts = this.#running.get(test);
    this.#running.delete(test);
    await parts?.end(this.#declarations.of(test));
  }

  #isShared(name: string): boolean {
    return this.#open.services.perOf(name) !== "test";
  }

  #share(name: string): Promise<ServicePart> {
    const taking = this.#taking.get(name) ?? this.#open.services.isolate(name);
    if (!this.#taking.has(name)) {
      this.#taking.set(name, taking);
      taking.then(
        ({ value }) => this.#shared.set(name, { value }),
        (error: unknown) => this.#shared.set(name, { problem: problemOf(error) }),
      );
    }
    return taking;
  }

  async #giveBack(name: string, taking: Promise<ServicePart>): Promise<void> {
    const part = await taking.catch(() => undefined); // Whoever wanted it was told.
    if (part === undefined) return;
    if (this.#open.services.perOf(name) === "worker") processState().shared.push(part);
    else await part[Symbol.asyncDispose]();
  }

  #shownAnswer(given: Answer<unknown>): Answer<unknown> {
    return "problem" in given ? given : { value: this.#realm.show(given.value) };
  }

  #partsOfTest(): TestParts {
    const own = this.#current.getStore();
    if (own !== undefined) return own;
    const [only, ...others] = this.#running.values();
    if (only === undefined) {
      throw new LifecycleError(
        "Services of a test were asked for where none runs: read them in a test, or in a hook that runs for each.",
      );
    }
    if (others.length === 0) return only;
    throw new LifecycleError(
      "Several tests run at the same time, and Jest does not tell for which of them a hook runs: read their services in the tests themselves.",
    );
  }
}

/** What a function returns, or what it throws as plain data. */
function answer<Value>(ask: () => Value): Answer<Value> {
  try {
    return { value: ask() };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}
