import type { AsyncLocalStorage } from "node:async_hooks";
import type { Circus } from "@jest/types";
import { ConfigurationError } from "../../index.ts";
import type { RunnerServices, ServicePart } from "../runner/runner-services.ts";
import { addEvidence } from "./add-evidence.ts";
import { lineage } from "./declarations.ts";

/** What one test has of the services. */
export class TestParts {
  readonly #test: Circus.TestEntry;
  readonly #services: RunnerServices;
  readonly #parts = new Map<string, ServicePart>();
  /** Why there is none. */
  readonly #failures = new Map<string, unknown>();
  readonly #fn: Circus.TestEntry["fn"];

  constructor(test: Circus.TestEntry, services: RunnerServices) {
    this.#test = test;
    this.#services = services;
    this.#fn = test.fn;
  }

  /** Takes a part of a service, and starts that if need be. */
  async take(name: string): Promise<void> {
    try {
      this.#parts.set(name, await this.#services.isolate(name, this.#test));
    } catch (error) {
      this.#failures.set(name, error);
      throw error;
    }
  }

  /** What the test has of a service. */
  valueOf(name: string): unknown {
    const part = this.#parts.get(name);
    if (part !== undefined) return part.value;
    if (this.#failures.has(name)) throw this.#failures.get(name); // To hooks that run after the test all the same.
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
    addEvidence(this.#test, await this.#services.evidence(new Set(names), this.#test));
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
