import { test as base, type RunnerTestCase, type TestAPI } from "vitest";
import type { CleanroomConfig, IsolatedOf, IsolationPer, IsolationPerOf, Services } from "../../index.ts";
import { startingTest } from "./starting-test.ts";
import { RunnerServices } from "../runner/runner-services.ts";
import { rootDirectory } from "./root-directory.ts";

export type { ProvidedCleanroom } from "./provided.ts";

/** What a test gets: of each service, by name, a part of its own, or of its file's or its worker's. */
export type Fixtures<Configured extends Services> = {
  [Name in keyof Configured]: IsolatedOf<Configured[Name]>;
} & {
  // Under these names vitest's types keep what fixtures and hooks of a file or a worker may take.
  readonly $__test?: FixturesPer<Configured, "test">;
  readonly $__file?: FixturesPer<Configured, "file">;
  readonly $__worker?: FixturesPer<Configured, "worker">;
};

/** The fixtures whose part is shared by the tests of a file or a worker, or by none. */
export type FixturesPer<Configured extends Services, Per extends IsolationPer> = {
  [Name in keyof Configured as FixturePer<Configured[Name]> extends Per ? Name : never]: IsolatedOf<Configured[Name]>;
};

/** Every test's own where the type does not tell: so it is for a service that has no parts. */
type FixturePer<Definition> = [IsolationPerOf<Definition>] extends ["file"]
  ? "file"
  : [IsolationPerOf<Definition>] extends ["worker"]
    ? "worker"
    : "test";

/**
 * Vitest's `test` with a fixture for each service of the configuration: a database of its own for every test that asks for
 * one, given back after the test, or for every file or worker, as `isolation` says. The first test of a run that asks for a
 * service has it started, which does not count against the test's timeout. A test that asks for nothing waits for nothing.
 */
export function cleanroomTest<const Configured extends Services>(
  config: CleanroomConfig<Configured>,
): TestAPI<Fixtures<Configured>> {
  const services = RunnerServices.of(config, { rootDirectory, outlivesInterrupts: true });
  const names = Object.keys(config.services);
  const fixtures: object = {
    ...Object.fromEntries(names.map((name) => [name, [partOf(name), { scope: services.perOf(name) }]])),
    $cleanroom: [workerFixture(services), { scope: "worker" }],
  };
  // The fixtures have the names of the services, and each gives what its service's definition promises.
  const test = base.extend(fixtures) as unknown as TestAPI<Fixtures<Configured>>;
  return startingTest(test, names, services);
}

type Use<Value> = (value: Value) => Promise<void>;

/** What is open in a worker is closed when the worker ends. No service can have this fixture's name. */
function workerFixture(services: RunnerServices): (context: object, use: Use<RunnerServices>) => Promise<void> {
  // Vitest reads what a fixture needs off the pattern, and insists on one.
  return async ({}, use) => {
    await using open = await services.take();
    await use(open.value);
  };
}

/** What several tests share is no test's: then there is no task. */
type PartContext = {
  readonly $cleanroom: RunnerServices;
  readonly task?: RunnerTestCase;
  readonly signal?: AbortSignal;
};
type PartFixture = (context: PartContext, use: Use<unknown>) => Promise<void>;

function partOf(name: string): PartFixture {
  return async ({ $cleanroom, task, signal }, use) => {
    await using part = await $cleanroom.isolate(name, task);
    await use(part.value);
    if (task?.result?.state !== "fail" || task.fails === true) return;
    // One that has aborted already tells of the test's own limit; it may still abort as the run is cancelled.
    await part.preserve(task.fullTestName, signal?.aborted === true ? undefined : signal);
  };
}
