import type { RunnerTestCase, TestError } from "vitest";
import { addEvidence } from "../runner/add-evidence.ts";
import { waitForAll } from "../runner/wait-for-all.ts";
import type { FixtureScope } from "./fixture-scope.ts";
import type { CurrentSuite, Suite } from "./suites.ts";
import { currentSuite, lineage } from "./suites.ts";
import { WITHOUT_LIMIT } from "./without-limit.ts";

/** The services that tests can ask for. */
export interface TestServices {
  /**
   * Starts one for a test or a suite, or joins whoever does; resolves at once when it runs. Where its part is a container, that
   * is started as well.
   */
  start(name: string, user: object, signal?: AbortSignal): Promise<unknown>;
  /** Gives back what was started for a test or a suite that did not take it. */
  release(user: object): Promise<void>;
  /** What is to be known when a test failed that took parts of some, or a suite. Never rejects. */
  evidence(names: ReadonlySet<string>, test?: object): Promise<readonly string[]>;
}

/** What a test, or a hook of a whole suite, asks for. */
export interface TestRequest {
  /** The fixtures that its function takes. */
  readonly fixtures: readonly string[];
  /** What is behind them. */
  readonly scope: FixtureScope;
  /** How to get at that. */
  readonly services: TestServices;
}

// By test and suite, weakly: this module may be shared by all the files that run in a worker.
const requests = new WeakMap<RunnerTestCase, TestRequest>();
const fixturesOfHooks = new WeakMap<Suite, readonly string[]>();
const requestsOfSuiteHooks = new WeakMap<Suite, TestRequest[]>();
const prepared = new WeakSet<Suite>();
/** Every suite that a test is in has the hook; the outermost sees to the test. */
const begun = new WeakSet<RunnerTestCase>();

/** Notes what a test asks for. */
export function noteTest(test: RunnerTestCase, request: TestRequest): void {
  requests.set(test, request);
}

/** Notes what a hook of a suite asks for: all its tests do so too. */
export function noteHook(suite: Suite, fixtures: readonly string[]): void {
  fixturesOfHooks.set(suite, [...(fixturesOfHooks.get(suite) ?? []), ...fixtures]);
}

/** Has the tests of the suite whose body is running wait for the services they ask for. */
export function prepareCurrentSuite(): CurrentSuite {
  const current = currentSuite();
  if (!prepared.has(current.suite)) {
    prepared.add(current.suite);
    // Not by `aroundEach()`: hooks made by that set up fixtures, the limits of which this one would take away.
    current.collector.on("aroundEach", Object.assign(startAsked, WITHOUT_LIMIT));
  }
  return current;
}

/** Notes what a hook asks for that runs before or after all the tests of the suite whose body is running. */
export function noteSuiteHook(request: TestRequest): void {
  const { suite, collector } = prepareCurrentSuite();
  const requestsOfSuite = requestsOfSuiteHooks.get(suite);
  if (requestsOfSuite !== undefined) {
    requestsOfSuite.push(request);
    return;
  }
  const noted = [request];
  requestsOfSuiteHooks.set(suite, noted);
  const startNoted = async (runSuite: () => Promise<void>): Promise<void> => {
    try {
      await Promise.all(noted.map((each) => startAll(servicesOfHook(suite, each), each.services, suite)));
      await runSuite();
      const { errors = [] } = suite.result ?? {};
      if (errors.length === 0) return; // Of its hooks; those of its tests are theirs.
      const found = await Promise.all(noted.map((each) => each.services.evidence(servicesOfHook(suite, each))));
      addToLast(errors, [...new Set(found.flat())]);
    } finally {
      await Promise.all(noted.map((each) => each.services.release(suite)));
    }
  };
  // Around all hooks that are noted, as it is registered first; and so outside their limits.
  collector.on("aroundAll", Object.assign(startNoted, WITHOUT_LIMIT));
}

/** Runs around everything that vitest limits: the hooks of the test, its fixtures and the test itself. */
async function startAsked(
  runTest: () => Promise<void>,
  { task, signal }: { readonly task: RunnerTestCase; readonly signal: AbortSignal },
): Promise<void> {
  const request = requests.get(task);
  if (request === undefined || begun.has(task)) return runTest();
  begun.add(task);
  try {
    await startFor(task, request, signal);
    await runTest();
    const { state, errors = [] } = task.result ?? {};
    if (state !== "fail" || task.fails === true) return; // Nothing is fetched for those that did as they should.
    addToLast(errors, await request.services.evidence(servicesOfTest(task, request), task));
  } finally {
    begun.delete(task); // It may be tried again.
    await request.services.release(task);
  }
}

/** An annotation could not be made any more, as vitest refuses those of a test that has failed. */
function addToLast(errors: readonly TestError[], evidence: readonly string[]): void {
  const error = errors.at(-1);
  if (error !== undefined) addEvidence(error, evidence);
}

async function startFor(test: RunnerTestCase, request: TestRequest, signal: AbortSignal): Promise<void> {
  try {
    await startAll(servicesOfTest(test, request), request.services, test, signal);
  } catch (error) {
    test.fails = false; // Whoever expects a test to fail expects the test to, not what it stands on.
    throw error;
  }
}

/** What the test asks for, and the hooks that run for it. */
function servicesOfTest(test: RunnerTestCase, { fixtures, scope }: TestRequest): ReadonlySet<string> {
  const suite: Suite = test.suite ?? test.file;
  const ofHooks = lineage(suite).flatMap((each) => fixturesOfHooks.get(each) ?? []);
  return scope.in(suite).servicesOf([...fixtures, ...ofHooks]);
}

function servicesOfHook(suite: Suite, { fixtures, scope }: TestRequest): ReadonlySet<string> {
  return scope.in(suite).servicesOf(fixtures);
}

function startAll(
  names: ReadonlySet<string>,
  services: TestServices,
  user: object,
  signal?: AbortSignal,
): Promise<void> {
  return waitForAll(names, (name) => services.start(name, user, signal));
}
