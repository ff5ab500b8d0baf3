import { describe, expect, test } from "vitest";
import { FixtureScope } from "../../../../src/integrations/vitest/fixture-scope.ts";
import type { Suite } from "../../../../src/integrations/vitest/suites.ts";

const scope = FixtureScope.of(["db", "cache"]);

function services(of: FixtureScope, ...fixtures: readonly string[]): readonly string[] {
  return [...of.servicesOf(fixtures)];
}

test("a service is behind the fixture of its name, and nothing behind others", () => {
  expect(services(scope, "db", "task", "db")).toEqual(["db"]);
});

describe("behind a fixture is what it takes", () => {
  test("as (name, value)", () => {
    expect(services(scope.extended(["client", ({ db }: { db: string }) => db]), "client")).toEqual(["db"]);
  });

  test("as (name, options, value)", () => {
    const extended = scope.extended(["client", { scope: "test" }, ({ db }: { db: string }) => db]);
    expect(services(extended, "client")).toEqual(["db"]);
  });

  test("as an object, with options or without, whatever the order", () => {
    const extended = scope.extended([
      {
        page: ({ app, cache }: { app: string; cache: string }) => [app, cache],
        app: [({ db }: { db: string }) => db, { scope: "test" }],
        constant: "value",
      },
    ]);
    expect(services(extended, "page")).toEqual(["db", "cache"]);
    expect(services(extended, "app")).toEqual(["db"]);
    expect(services(extended, "constant")).toEqual([]);
  });

  test("through several extensions", () => {
    const extended = scope
      .extended(["app", ({ db }: { db: string }) => db])
      .extended(["page", ({ app }: { app: string }) => app]);
    expect(services(extended, "page")).toEqual(["db"]);
  });
});

test("a fixture that replaces a service does not need it, unless it takes it", () => {
  expect(services(scope.extended([{ db: "fixed" }]), "db")).toEqual([]);
  expect(services(scope.extended([{ db: ({ db }: { db: string }) => db }]), "db")).toEqual(["db"]);
});

test("fixtures that take each other end", () => {
  const ring = scope.extended([{ a: ({ b }: { b: string }) => b, b: ({ a }: { a: string }) => a }]);
  expect(services(ring, "a")).toEqual([]);
});

test("an automatic fixture is every test's", () => {
  expect(services(scope.extended([{ app: [({ db }: { db: string }) => db, { auto: true }] }]))).toEqual(["db"]);
  expect(services(scope.extended(["app", { auto: true }, ({ cache }: { cache: string }) => cache]))).toEqual(["cache"]);
});

test("an override holds in its suite and those in it, and the innermost wins", () => {
  const file = { filepath: "a.test.ts" } as Suite;
  const outer = { file } as Suite;
  const inner = { file, suite: outer } as Suite;
  const overridden = FixtureScope.of(["db", "cache"]);

  overridden.override(outer, [{ db: "fixed" }]);
  expect([file, outer, inner].map((suite) => services(overridden.in(suite), "db"))).toEqual([["db"], [], []]);

  overridden.override(inner, [{ db: ({ cache }: { cache: string }) => cache }]);
  expect([file, outer, inner].map((suite) => services(overridden.in(suite), "db"))).toEqual([["db"], [], ["cache"]]);
});
