import type { TestAPI } from "vitest";
import { fixtureNames } from "./fixture-names.ts";
import { FixtureScope } from "./fixture-scope.ts";
import type { TestServices } from "./start-before-test.ts";
import { noteHook, noteSuiteHook, noteTest, prepareCurrentSuite } from "./start-before-test.ts";
import { currentSuite } from "./suites.ts";

/**
 * A test function that has the services a test asks for started before the test begins, so that none of vitest's limits
 * covers their start.
 *
 * @param api - Has a fixture of the same name for each service.
 */
export function startingTest<Extra>(
  api: TestAPI<Extra>,
  names: readonly string[],
  services: TestServices,
): TestAPI<Extra> {
  // What is observed can do what it could before.
  return observed(api, FixtureScope.of(names), services) as TestAPI<Extra>;
}

/** Properties that are the same function with a flag. */
const FLAGS = new Set<PropertyKey>(["concurrent", "skip", "only", "todo", "fails"]);

/** Methods that return the same function with a condition. */
const CONDITIONS = new Set<PropertyKey>(["skipIf", "runIf"]);

/** Which parameter of a hook that runs for each test takes fixtures. */
const TEST_HOOKS = new Map<PropertyKey, number>([
  ["beforeEach", 0],
  ["afterEach", 0],
  ["aroundEach", 1],
]);

/** The same of hooks that run once for a suite; those take fixtures of a file or a worker only. */
const SUITE_HOOKS = new Map<PropertyKey, number>([
  ["beforeAll", 0],
  ["afterAll", 0],
  ["aroundAll", 1],
]);

/** Which parameter of a test with parameters takes fixtures; those of `each` have none. */
const TABLES = new Map<PropertyKey, number | undefined>([
  ["for", 1],
  ["each", undefined],
]);

type Arguments = readonly unknown[];
type Method = (...args: Arguments) => unknown;
type Call = (args: Arguments) => unknown;

function observed(api: unknown, scope: FixtureScope, services: TestServices): unknown {
  if (typeof api !== "function") return api;
  return new Proxy(api, {
    apply: (target, self: unknown, args: Arguments) => {
      const define = (): unknown => Reflect.apply(target, self, args);
      return defineTests(define, { fixtures: fixturesOf(args, 0), scope, services });
    },
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== "function") return value;
      if (FLAGS.has(key)) return observed(value, scope, services);
      const call: Call = (args) => Reflect.apply(value, target, args);
      return (
        testHookMethod(key, call) ??
        suiteHookMethod(key, call, scope, services) ??
        tableMethod(key, call, scope, services) ??
        derivingMethod(key, call, scope, services) ??
        value
      );
    },
  });
}

/** Calls what defines tests, and notes what they ask for. */
function defineTests(define: () => unknown, request: Parameters<typeof noteTest>[1]): unknown {
  const { tasks } = prepareCurrentSuite().collector;
  const before = tasks.length;
  const result = define();
  for (const task of tasks.slice(before)) if (task.type === "test") noteTest(task, request);
  return result;
}

function testHookMethod(key: PropertyKey, call: Call): Method | undefined {
  const position = TEST_HOOKS.get(key);
  if (position === undefined) return undefined;
  return (...args) => {
    noteHook(prepareCurrentSuite().suite, fixtureNames(args[0], position));
    return call(args);
  };
}

function suiteHookMethod(
  key: PropertyKey,
  call: Call,
  scope: FixtureScope,
  services: TestServices,
): Method | undefined {
  const position = SUITE_HOOKS.get(key);
  if (position === undefined) return undefined;
  return (...args) => {
    noteSuiteHook({ fixtures: fixtureNames(args[0], position), scope, services });
    return call(args);
  };
}

function tableMethod(key: PropertyKey, call: Call, scope: FixtureScope, services: TestServices): Method | undefined {
  if (!TABLES.has(key)) return undefined;
  const position = TABLES.get(key);
  return (...cases) => {
    const withCases = call(cases);
    if (typeof withCases !== "function") return withCases;
    return (...args: Arguments) => {
      const define = (): unknown => Reflect.apply(withCases, undefined, args);
      return defineTests(define, {
        fixtures: position === undefined ? [] : fixturesOf(args, position),
        scope,
        services,
      });
    };
  };
}

/** Methods that return a test function, which is observed in turn. */
function derivingMethod(key: PropertyKey, call: Call, scope: FixtureScope, services: TestServices): Method | undefined {
  if (CONDITIONS.has(key)) return (...args) => observed(call(args), scope, services);
  if (key === "extend") {
    return (...args) => observed(call(args), scope.in(currentSuite().suite).extended(args), services);
  }
  if (key !== "override" && key !== "scoped") return undefined;
  return (...args) => {
    const api = call(args);
    scope.override(currentSuite().suite, args);
    return observed(api, scope, services);
  };
}

/** The fixtures that the function among a test's arguments takes: it comes after the name, with or without options. */
function fixturesOf(args: Arguments, position: number): readonly string[] {
  return fixtureNames(
    args.slice(1).find((arg) => typeof arg === "function"),
    position,
  );
}
