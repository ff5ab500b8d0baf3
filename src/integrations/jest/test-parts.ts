import type { AsyncLocalStorage } from "node:async_hooks";
import type { Circus } from "@jest/types";
import { ConfigurationError } from "../../index.ts";
import { addEvidence } from "../runner/add-evidence.ts";
import type { FailureReport } from "../runner/add-evidence.ts";
import type { RunnerServices, ServicePart } from "../runner/runner-services.ts";
import { lineage } from "./declarations.ts";

/** One error may be that of several tests, such as what a `beforeAll` threw. */
const told = new WeakSet<FailureReport>();

/** What one test has of the services. */
export class TestParts {
  readonly #test: Circus.TestEntry;
  readonly #services: RunnerServices;
  readonly #parts = new Map<string, ServicePart>();
  readonly #fn: Circus.TestEntry["fn"];

  constructor(test: Circus.TestEntry, services: RunnerServices) {
    this.#test = test;
    this.#services = services;
    this.#fn = test.fn;
  }

  /** Takes a part of a service, and starts that if need be. */
  async take(name: string): Promise<void> {
    this.#parts.set(name, await this.#services.isolate(name, this.#test));
  }

  /** What the test has of a service. */
  valueOf(name: string): unknown {
    const part = this.#parts.get(name);
    if (part !== undefined) return part.value;
    const message = `is not used by this test: call useServices() at the top of the file, or in a describe that the test is in`;
    throw new ConfigurationError({ origin: "What a test has", problems: [{ path: `services.${name}`, message }] });
  }

  /** Has the test's function, and all that it calls, know that this is theirs. */
  runIn(current: AsyncLocalStorage<TestParts>): void {
    // Seen through a proxy it takes as many arguments as before, by which Jest tells whether it wants a callback.
    this.#test.fn = new Proxy(this.#fn, {
      apply: (fn, self, args: never[]): unknown => current.run(this, () => Reflect.apply(fn, self, args) as unknown),
    });
  }

  /**
   * Gives back what the test had. If it failed, that is kept where it can be, and the test's error tells of it.
   *
   * @param names - The services that the test used.
   */
  async end(names: readonly string[]): Promise<void> {
    const { errors } = this.#test;
    this.#test.fn = this.#fn; // It may be tried again.
    if (errors.length > 0) await this.#tellOfFailure(names);
    const given = await Promise.allSettled([...this.#parts.values()].map((part) => part[Symbol.asyncDispose]()));
    for (const outcome of given) {
      if (outcome.status === "rejected") errors.push([outcome.reason, this.#test.asyncError]);
    }
  }

  async #tellOfFailure(names: readonly string[]): Promise<void> {
    const name = namesOf(this.#test).join(" > ");
    await Promise.all([...this.#parts.values()].map((part) => part.preserve(name)));
    const last: unknown = this.#test.errors.at(-1);
    const error: unknown = Array.isArray(last) ? (last as readonly unknown[])[0] : last;
    if (!isReport(error) || told.has(error)) return;
    told.add(error);
    addEvidence(error, await this.#services.evidence(new Set(names), this.#test));
  }
}

function namesOf({ name, parent }: Circus.TestEntry): readonly string[] {
  return [
    ...lineage(parent)
      .slice(0, -1)
      .map((block) => block.name)
      .reverse(),
    name,
  ];
}

/** Whatever is thrown is an error to Jest; only what has a message can tell more. */
function isReport(error: unknown): error is FailureReport {
  return typeof error === "object" && error !== null && "message" in error && typeof error.message === "string";
}
