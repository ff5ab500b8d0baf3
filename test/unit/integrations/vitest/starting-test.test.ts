import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, test as base, type TestAPI } from "vitest";
import { startingTest } from "../../../../src/integrations/vitest/starting-test.ts";

// Vitest's own limits are what this is about, so these tests take their time. Each has a service of its own, as one that
// runs already takes none.

const limit = { timeout: 250 };
const startMs = 500;

const names = [
  ...["direct", "first", "second", "described", "concurrent", "row", "conditional"],
  ...["hooked", "around", "cleaned", "extended", "built", "automatic", "replaced", "slow", "control", "unused"],
  ...["before", "after", "aroundAll", "filed"],
] as const;
type Services = Record<(typeof names)[number], string> & { readonly $__file?: Record<(typeof names)[number], string> };

const started = new Map<string, Promise<string>>();

function start(name: string): Promise<string> {
  const starting = started.get(name) ?? sleep(startMs, name);
  started.set(name, starting);
  return starting;
}

function fixture(name: string): (context: object, use: (value: string) => Promise<void>) => Promise<void> {
  return async ({}, use) => {
    await use(await start(name));
  };
}

/** Those that tests of a file share, as hooks of a suite take no others. */
const ofFiles: readonly string[] = ["before", "after", "aroundAll", "filed"];

const fixtures = Object.fromEntries(
  names.map((name) => [name, [fixture(name), { scope: ofFiles.includes(name) ? "file" : "test" }]]),
);
const api = base.extend(fixtures) as unknown as TestAPI<Services>;
const test = startingTest(api, names, {
  start,
  release: () => Promise.resolve(),
  evidence: () => Promise.resolve([]),
});

/** Derived at the top, as vitest wants it of fixtures that a file shares. */
const ofFile = test.extend("app", { scope: "file" }, ({ filed }: { readonly filed: string }) => `app on ${filed}`);

afterAll(() => {
  // Nothing was started that nobody asked for.
  expect([...started.keys()].toSorted()).toEqual(names.filter((name) => !/unused|replaced/.test(name)).toSorted());
});

describe("a start is outside the limit of", () => {
  test("a test", limit, ({ direct }) => {
    expect(direct).toBe("direct");
  });

  test("a test of two services, which start at the same time", limit, ({ first, second: renamed }) => {
    expect([first, renamed]).toEqual(["first", "second"]);
  });

  describe("a suite within a suite", () => {
    test("and its test", limit, ({ described }) => {
      expect(described).toBe("described");
    });
  });

  test.concurrent("a concurrent test", limit, ({ concurrent, expect: expectHere }) => {
    expectHere(concurrent).toBe("concurrent");
  });

  test.for([1, 2])("a test of row %i", limit, (row, { row: service }) => {
    expect([row, service]).toEqual([row, "row"]);
  });

  const { runIf: conditional } = test;
  conditional(true)("a test with a condition", limit, ({ conditional: service }) => {
    expect(service).toBe("conditional");
  });
});

describe("a start is outside the limit of hooks", () => {
  const seen: string[] = [];
  test.beforeEach(({ hooked }) => {
    seen.push(hooked);
  }, limit.timeout);
  test.aroundEach(async (run, { around }) => {
    seen.push(around);
    await run();
  }, limit.timeout);
  test.afterEach(({ cleaned }) => {
    seen.push(cleaned);
  }, limit.timeout);

  test("whose test asks for nothing itself", limit, () => {
    expect(seen).toEqual(["around", "hooked"]);
  });
});

describe("a start is outside the limit of hooks of a suite", () => {
  const seen: string[] = [];
  test.beforeAll(({ before }) => {
    seen.push(before);
  }, limit.timeout);
  ofFile.beforeAll(({ app }) => {
    seen.push(app);
  }, limit.timeout);
  test.aroundAll(async (run, { aroundAll }) => {
    seen.push(aroundAll);
    await run();
  }, limit.timeout);
  test.afterAll(({ after }) => {
    expect(after).toBe("after");
  }, limit.timeout);

  test("whose tests ask for nothing", limit, () => {
    expect(seen).toEqual(["aroundAll", "before", "app on filed"]);
  });
});

describe("a start is outside the limit of fixtures", () => {
  const object = test.extend<{ app: string }>({
    app: async ({ extended }, use) => {
      await use(`app on ${extended}`);
    },
  });
  object("that take a service", limit, ({ app }) => {
    expect(app).toBe("app on extended");
  });

  const built = test
    .extend("app", ({ built: service }) => `app on ${service}`)
    .extend("page", ({ app }) => `page of ${app}`);
  built("that take such a fixture", limit, ({ page }) => {
    expect(page).toBe("page of app on built");
  });

  let seen = "";
  const automatic = test.extend<{ app: string }>({
    app: [
      async ({ automatic: service }, use) => {
        seen = service;
        await use(service);
      },
      { auto: true },
    ],
  });
  automatic("that every test gets", limit, () => {
    expect(seen).toBe("automatic");
  });
});

describe("what is put in the place of a service", () => {
  test.override({ replaced: "fixed" });

  test("is used, and the service is not started", limit, ({ replaced }) => {
    expect(replaced).toBe("fixed");
  });
});

test.fails("a test's own time counts all the same", limit, async ({ slow }) => {
  await sleep(startMs);
  expect(slow).toBe("slow");
});

api.fails("without this, a start counts", limit, ({ control }) => {
  expect(control).toBe("control");
});
