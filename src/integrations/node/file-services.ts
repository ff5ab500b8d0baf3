import type { TestContext } from "node:test";
import { before, beforeEach } from "node:test";
import { LifecycleError } from "../../index.ts";
import type { RunnerServices, ServicePart } from "../runner/runner-services.ts";
import { addEvidence } from "./add-evidence.ts";
import { contextNow } from "./context-now.ts";
import { ProcessServices } from "./process-services.ts";
import type { Context } from "./running-tests.ts";
import { RunningTests } from "./running-tests.ts";
import { waitForAll } from "../runner/wait-for-all.ts";

/** What is used of the context that Node gives to a test and its hooks; its types lack some of it. */
interface Test extends Pick<TestContext, "after" | "fullName" | "signal"> {
  readonly passed: boolean;
  readonly error: Error | null;
}

/** Of a hook, the limit of which would be `--test-timeout` otherwise. A start has a limit of its own, `startTimeoutMs`. */
const WITHOUT_LIMIT = { timeout: Infinity };

/** The services of the tests of a file, or of a suite in it. */
export class FileServices {
  readonly #services: RunnerServices;
  readonly #process: ProcessServices;
  readonly #names: ReadonlySet<string>;
  readonly #namesOfTests: readonly string[];
  readonly #tests: RunningTests;
  /** What the tests share, by the name of the service. */
  readonly #shared = new Map<string, unknown>();

  /** Registers the hooks of the suite whose body is running. */
  constructor(services: RunnerServices, names: readonly string[]) {
    this.#services = services;
    this.#process = ProcessServices.of(services);
    this.#names = new Set(names);
    this.#namesOfTests = names.filter((name) => services.perOf(name) === "test");
    this.#tests = new RunningTests(contextNow);
    before(() => this.#takeShared(), WITHOUT_LIMIT);
    // Node runs these for tests only, so it is never the context of a suite.
    beforeEach((t) => this.#takeFor(t as unknown as Test), WITHOUT_LIMIT);
  }

  /** The part of a service that the code has that asks now. Throws a LifecycleError where there is none for it. */
  partNow(name: string): unknown {
    return this.#isOfTests(name) ? this.#tests.partNow(name) : this.#sharedPart(name);
  }

  /** The part of a service that a test has. Throws a LifecycleError where it has none. */
  partOf(test: Context, name: string): unknown {
    return this.#isOfTests(name) ? this.#tests.partOf(test, name) : this.#sharedPart(name);
  }

  #isOfTests(name: string): boolean {
    return this.#namesOfTests.includes(name);
  }

  #sharedPart(name: string): unknown {
    if (this.#shared.has(name)) return this.#shared.get(name);
    throw new LifecycleError(
      `${name} was read too early: what the tests of a file share is taken before the first of them. ` +
        `Read \`services.${name}\` in a test, or in a hook that comes after \`useServices\`.`,
    );
  }

  async #takeShared(): Promise<void> {
    await this.#process.open();
    const names = [...this.#names].filter((name) => !this.#isOfTests(name));
    await waitForAll(names, async (name) => this.#shared.set(name, (await this.#process.part(name)).value));
  }

  async #takeFor(t: Test): Promise<void> {
    const taken: ServicePart[] = [];
    // After the hooks that the test itself registers, whose connections this would break off.
    t.after(() => t.after(() => this.#giveBack(t, taken), WITHOUT_LIMIT), WITHOUT_LIMIT);
    const parts = new Map<string, unknown>();
    await waitForAll(this.#namesOfTests, async (name) => {
      const part = await this.#services.isolate(name, t);
      taken.push(part);
      parts.set(name, part.value);
    });
    this.#tests.begin(t, parts);
  }

  async #giveBack(t: Test, parts: readonly ServicePart[]): Promise<void> {
    this.#tests.end(t);
    try {
      if (!t.passed) await this.#tellFailure(t, parts);
    } finally {
      await waitForAll(parts, (part) => part[Symbol.asyncDispose]());
    }
  }

  async #tellFailure(t: Test, parts: readonly ServicePart[]): Promise<void> {
    if (t.error === null) return;
    const signal = t.signal.aborted ? undefined : t.signal; // One that has aborted tells of the test's own limit.
    await waitForAll(parts, (part) => part.preserve(t.fullName, signal));
    addEvidence(t.error, await this.#services.evidence(this.#names, t));
  }
}
