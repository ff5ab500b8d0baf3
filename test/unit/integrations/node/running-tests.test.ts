import { expect, test } from "vitest";
import type { Context } from "../../../../src/integrations/node/running-tests.ts";
import { RunningTests } from "../../../../src/integrations/node/running-tests.ts";

const first: Context = { fullName: "orders > first" };
const second: Context = { fullName: "orders > second" };
const suite: Context = { fullName: "orders" };
const elsewhere: Context = { fullName: "prices" };

/** Tests that have begun, as seen from a context; each has a part named after it. */
function running(tests: readonly Context[], context: Context | undefined): RunningTests {
  let now: Context | undefined = undefined; // As in a hook at the top of a file.
  const found = new RunningTests(() => now);
  for (const each of tests) found.begin(each, new Map([["db", each.fullName]]));
  now = context;
  return found;
}

test("a test has its own part, however many run", () => {
  expect(running([first, second], first).partNow("db")).toBe("orders > first");
  expect(running([first, second], second).partNow("db")).toBe("orders > second");
  expect(running([first, second], undefined).partOf(second, "db")).toBe("orders > second");
});

test("a hook of the suite, and what belongs to no test, has the part of the only test that runs", () => {
  expect(running([first], suite).partNow("db")).toBe("orders > first");
  expect(running([first], undefined).partNow("db")).toBe("orders > first");
});

test("a hook is told to say which test it is for when several run", () => {
  const message =
    "db was read while several tests run, and Node does not tell for which of them. " +
    "Say so by the context that a test and its hooks are given: `servicesOf(t, services).db`.";
  expect(() => running([first, second], suite).partNow("db")).toThrow(message);
  expect(() => running([first, second], undefined).partNow("db")).toThrow(message);
});

test("a test without parts is not given those of the only test that runs", () => {
  const outside =
    "db was read outside a test, but each test has one of its own. " +
    "Read `services.db` in a test, in `beforeEach` or in `afterEach`; " +
    'or have the tests of a file share one, with `isolation: { per: "file" }`.';
  expect(() => running([first], elsewhere).partNow("db")).toThrow(outside);
  expect(() => running([], undefined).partNow("db")).toThrow(outside);
  expect(() => running([first], elsewhere).partOf(elsewhere, "db")).toThrow(
    '"prices" has no db: `useServices` was called in a suite that it is not in, or the context is not a test\'s.',
  );
});

test("what goes on after its test has ended is not given the part of the next one", () => {
  const tests = running([first, second], first);
  tests.end(first);
  const message = 'db was read after its test had ended, which was "orders > first".';
  expect(() => tests.partNow("db")).toThrow(message);
  expect(() => tests.partOf(first, "db")).toThrow(message);
  expect(tests.partOf(second, "db")).toBe("orders > second");
});
