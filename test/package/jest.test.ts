import { randomUUID } from "node:crypto";
import { readFile, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { describe, expect, onTestFinished, test } from "vitest";
import { Developer, judge, projectRoot } from "../support/developer.ts";
import type { JestRun } from "../support/run-jest.ts";
import { jestTests } from "../support/run-jest.ts";

/** A file that tests append lines to. */
function notesFile(): string {
  const path = join(tmpdir(), `cleanroom-notes-${randomUUID()}`);
  onTestFinished(() => rm(path, { force: true }));
  return path;
}

async function linesOf(path: string): Promise<readonly string[]> {
  return (await readFile(path, "utf8")).trimEnd().split("\n");
}

describe("200 tests in 4 workers that change all they can", () => {
  test.for<readonly [string, Readonly<Record<string, string>>, number, number]>([
    ["cloned", {}, 200, 200],
    ["reset, but for the tenth that cannot be", { RESET: "true", ROWS_ONLY: "true" }, 20, 80],
  ])("each find their database as the migrations left it, which ran once: %s", async ([, env, least, most]) => {
    const marks = notesFile();

    const { exitCode, counts, created, output } = await judge(jestTests, "hostile", { env: { MARKS: marks, ...env } });

    const all = { passed: 200, failed: 0 };
    expect({ exitCode, counts, created }, output).toEqual({ exitCode: 0, counts: all, created: ["db"] });
    const seen = await linesOf(marks);
    expect(seen).toHaveLength(200);
    expect(new Set(seen.map((line) => line.split(" ")[0])).size).toBe(1);
    const databases = new Set(seen.map((line) => line.split(" ")[1])).size;
    expect(databases).toBeGreaterThanOrEqual(least);
    expect(databases).toBeLessThanOrEqual(most);
  });

  test("get in each other's way when they share one: the control", async () => {
    const { exitCode, counts } = await judge(jestTests, "hostile", { env: { SHARED: "true" } });

    expect(exitCode).toBe(1);
    expect(counts?.failed).toBeGreaterThan(100);
  });
});

describe("140 tests in 4 workers, in parts that are no databases", () => {
  test.for(["transaction", "schema"])("of the mode %s, find what the migrations left", async (MODE) => {
    const { exitCode, counts, created, output } = await judge(jestTests, "divided", { env: { MODE } });

    const all = { passed: 140, failed: 0 };
    expect({ exitCode, counts, created }, output).toEqual({ exitCode: 0, counts: all, created: ["db"] });
  });

  test("get in each other's way in one database: the control", async () => {
    const { exitCode, counts } = await judge(jestTests, "divided", {
      env: { MODE: "schema", SHARED: "true" },
      args: ["file1", "file2", "--testTimeout=1000"],
    });

    expect(exitCode).toBe(1);
    expect(counts?.failed).toBeGreaterThan(50);
  });
});

describe("a suite that was written for one database, in 4 workers", () => {
  test.for(["file", "worker"])("has one for each %s, by its environment variables alone", async (per) => {
    const { output, ...run } = await judge(jestTests, "existing-suite", { env: { PARTS_PER: per } });
    expect(run, output).toMatchObject({ exitCode: 0, counts: { passed: 16, failed: 0 }, created: ["db"] });
  });

  test("conflicts when all have the same: the control", async () => {
    const { exitCode, counts, output } = await judge(jestTests, "existing-suite", { env: { ONE_DATABASE: "1" } });
    expect(exitCode).toBe(1);
    expect(counts?.passed, output).toBeLessThan(16);
  });
});

describe("the report of a test that failed", () => {
  test("has the reason, the address of its part, and the last lines of its server's log", async () => {
    const { output, failures, counts, created } = await judge(jestTests, "evidence");
    expect({ counts, created }, output).toEqual({ counts: { passed: 2, failed: 9 }, created: ["db", "shared"] });
    const addressed = Object.entries(failures).filter(([, report]) => report.includes(" was at postgres://"));
    expect(addressed.map(([name]) => name).toSorted()).toEqual([
      "and so does the next",
      "fails after it",
      "fails as its suite's hook did",
      "fails before it",
      "fails concurrently 1",
      "fails concurrently 2",
      "fails in its body",
      "fails with what its file shares",
    ]);
    for (const [name, report] of addressed) {
      // Each assertion was about the name of the test's own database; and the reason is told first, the address once.
      const [, database = "none"] = /Received: "(test_\w+)"/.exec(report) ?? [];
      expect(report, name).toMatch(new RegExp(`^(db|shared) was at postgres://test:[^@]+@[^/]+/${database}$`, "m"));
      expect(report.match(/ was at postgres:/g), name).toHaveLength(1);
      expect(report.indexOf("Received")).toBeLessThan(report.indexOf(" was at "));
    }
    expect(failures["fails in its body"]).toMatch(/^ {2}\| .* LOG: {2}at a test that fails$/m);
    expect(output).toContain("at a test that fails"); // What people read.
  });

  test("has it whatever was thrown, and the tests after that run", async () => {
    const { output, failures, counts } = await runOf(["odd-failures"]);
    expect(counts, output).toEqual({ passed: 1, failed: 3 });
    expect(failures["takes too long"]).toMatch(/^Error: Exceeded timeout of 100 ms/);
    expect(failures["is aborted"]).toContain("This operation was aborted");
    expect(failures["throws what is frozen"]).toContain("Error: frozen");
    for (const report of Object.values(failures)) expect(report).toMatch(/^web was at http:/m);
  });

  test("has an address that holds when the run has ended, where somebody can look at it", async () => {
    const developer = await Developer.create(jestTests);
    onTestFinished(() => developer.down());
    const { failures } = await developer.run("evidence", { env: { CI: "" }, args: ["-t", "fails in its body"] });
    const report = failures["fails in its body"] ?? "";
    expect(report).toMatch(/^It stays there for 10 min; `npx cleanroom down` removes it\.$/m);

    const [, url = "", database = ""] = /^db was at (postgres:.*\/(test_\w+))$/m.exec(report) ?? [];
    const client = new pg.Client(url);
    await client.connect();
    const { rows } = await client.query("SELECT current_database() AS name");
    await client.end();
    expect(rows).toEqual([{ name: database }]);

    await developer.down();
    expect(await developer.leftovers()).toBe(0);
    await developer.expectNoCoordinator();
  });
});

const nowhere = "unix:///nonexistent.sock";

describe("where no engine answers", () => {
  test("tests that need no service pass, and each that does is told so", async () => {
    const developer = await Developer.create(jestTests);
    const options = { args: ["unit", "needs-web"], env: { DOCKER_HOST: nowhere } };
    const { output, ...run } = await developer.run("behaviour", options);
    expect(run, output).toMatchObject({ exitCode: 1, counts: { passed: 2, failed: 1 }, created: [] });
    expect(run.failures["needs the web"]).toContain(`No container engine answers at ${nowhere}`);
  });
});

test("what cannot start fails the tests that use it, and is tried once", async () => {
  const { output, ...run } = await runOf(["broken"]);
  expect(run, output).toMatchObject({ exitCode: 1, counts: { passed: 0, failed: 2 }, created: ["broken"] });
  expect(run.failures["is told why it does not run"]).toContain("exited with code 3");
  expect(run.failures["is told why it does not run"]).toContain("no licence found");
});

test.for([["in workers"], ["in Jest's own process", "--runInBand"]])(
  "a file has services outside of its realm, %s",
  async ([, ...args]) => {
    const { output, ...run } = await runOf(["realm", "wrong", "slow-start", "unit", ...args]);
    expect(run, output).toMatchObject({ exitCode: 0, counts: { passed: 6, failed: 0 }, created: ["slow", "web"] });
    expect(output).not.toContain("did not exit");
    expect(output).not.toContain("failed to exit gracefully");
  },
);

test("only what a test that runs uses is started", async () => {
  const { output, ...run } = await runOf(["-t", "needs nothing"]);
  expect(run, output).toMatchObject({ exitCode: 0, counts: { passed: 1, failed: 0 }, created: [] });
});

test("the files that a worker runs have one part per worker", async () => {
  const notes = notesFile();
  const { output, ...run } = await runOf(["worker", "--runInBand"], { NOTES: notes });
  expect(run, output).toMatchObject({ exitCode: 0, counts: { passed: 2, failed: 0 }, created: ["cache"] });
  const urls = await linesOf(notes);
  expect(urls).toHaveLength(2);
  expect(new Set(urls).size).toBe(1);
});

describe("Ctrl-C", () => {
  test.for([["in workers"], ["in Jest's own process", "--runInBand"]])(
    "removes the services, %s",
    async ([, ...args]) => {
      const developer = await Developer.create(jestTests);
      const reached = developer.next("exec_start: sleep 30");
      const { exitCode, created, output } = await developer.run("behaviour", {
        args: ["interrupted", "unit", ...args],
        whileRunning: async (run) => {
          await reached;
          run.pressCtrlC();
        },
      });
      expect(exitCode).not.toBe(0);
      expect(created, output).toEqual(["web"]);
      expect(await developer.leftovers(), output).toBe(0);
      await developer.expectNoCoordinator();
    },
  );
});

test("watch mode keeps the services from run to run, until it ends", async () => {
  const developer = await Developer.create(jestTests);
  const { created, output } = await developer.run("behaviour", {
    args: ["--watchAll", "watched"],
    whileRunning: async (run) => {
      await developer.next("exec_start: echo ran");
      const ran = developer.next("exec_start: echo ran");
      await sleep(1500); // Until Jest waits for changes.
      await utimes(join(projectRoot(jestTests, "behaviour"), "watched.test.ts"), new Date(), new Date());
      await ran;
      await sleep(500);
      run.signal("SIGINT");
    },
  });
  expect(created, output).toEqual(["web"]);
  expect(await developer.leftovers(), output).toBe(0);
  await developer.expectNoCoordinator();
});

/** Runs some files of the project `behaviour`. */
function runOf(args: readonly string[], env: Readonly<Record<string, string>> = {}): ReturnType<typeof judge<JestRun>> {
  return judge(jestTests, "behaviour", { args, env });
}
