import { randomUUID } from "node:crypto";
import { cp, mkdtemp, readFile, realpath, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import type { Judged, JudgeOptions } from "../support/developer.ts";
import { Developer, judge as judgeWith, projectRoot as rootOf } from "../support/developer.ts";
import { EngineProxy } from "../support/engine-proxy.ts";
import { runPostgres, runRedis } from "../support/foreign-servers.ts";
import { installPackage } from "../support/installed-package.ts";
import type { RunningProcess } from "../support/run-process.ts";
import { runVitest, vitestTests, type VitestRun } from "../support/run-vitest.ts";

type JudgedRun = VitestRun & Judged;

afterAll(async () => {
  const dumping = ["evidence", "hostile", "sharing"];
  for (const project of dumping) await rm(join(projectRoot(project), ".cleanroom"), { recursive: true, force: true });
});

function projectRoot(project: string): string {
  return rootOf(vitestTests, project);
}

function judge(project: string, options: JudgeOptions = {}): Promise<JudgedRun> {
  return judgeWith(vitestTests, project, options);
}

describe("10 files in 4 workers", () => {
  test("share one Postgres and one Redis, every test has data of its own, and the run ends by itself", async () => {
    const note = join(tmpdir(), `cleanroom-teardown-${process.pid}`);
    onTestFinished(() => rm(note, { force: true }));

    const { exitCode, counts, created, output, endedAtMs } = await judge("sharing", { env: { NOTE_TEARDOWN: note } });

    // `unused`, which no test asks for, is not among them.
    expect({ exitCode, counts, created }).toEqual({
      exitCode: 0,
      counts: { passed: 60, failed: 0 },
      created: ["cache", "db"],
    });
    expect(output.match(/^cleanroom {2}\w+ is ready after \d+\.\d s$/gm)).toHaveLength(2);
    expect(endedAtMs - Number(await readFile(note, "utf8"))).toBeLessThan(1000);
  });

  test.for(["--pool=threads", "--pool=vmForks", "--no-isolate"])("do so with %s", async (option) => {
    const { output, ...run } = await judge("sharing", { args: [option] });
    expect(run).toMatchObject({ exitCode: 0, counts: { passed: 60, failed: 0 }, created: ["cache", "db"] });
    expect(output).not.toContain("Warning");
  });

  test("use servers that exist already, where there is no engine", async () => {
    await using db = await runPostgres();
    await using cache = await runRedis();
    const env = {
      CLEANROOM_URL_DB: db.url("maker"),
      CLEANROOM_URL_CACHE: cache.url(),
      DOCKER_HOST: "tcp://127.0.0.1:1",
      CLEANROOM_STATE_DIR: "/dev/null", // No coordinator could start, either.
    };
    const run = await runVitest(projectRoot("sharing"), { env, args: ["--testTimeout=30000"] });

    expect(run, run.output).toMatchObject({ exitCode: 0, counts: { passed: 60, failed: 0 } });
    const lines = run.output.match(/^cleanroom {2}.*$/gm);
    expect(lines?.toSorted()).toEqual([
      `cleanroom  cache uses redis://:***@127.0.0.1:${cache.port}/0 from CLEANROOM_URL_CACHE, starts nothing`,
      `cleanroom  db uses postgres://maker:***@127.0.0.1:${db.port}/app from CLEANROOM_URL_DB, starts nothing`,
    ]);
    const left = await db.added();
    expect(left.filter((name) => !name.startsWith("cleanroom_template_"))).toEqual([]);
    expect(await cache.ask((client) => client.info("keyspace"))).not.toContain("db");
  });

  test("conflict when all use the server's own database", async () => {
    const { exitCode, counts } = await judge("sharing", { env: { SHARE_DATABASE: "1" } });
    // One of the 50 inserts wins; the caches are isolated all the same.
    expect({ exitCode, counts }).toEqual({ exitCode: 1, counts: { passed: 11, failed: 49 } });
  });
});

describe("where no engine answers", () => {
  const env = { DOCKER_HOST: "unix:///nowhere/docker.sock" };

  test("tests that need no service pass", async () => {
    const developer = await Developer.create(vitestTests);
    const { output, ...run } = await developer.run("failing", { env, args: ["-t", "asks for nothing"] });
    expect(run, output).toMatchObject({ exitCode: 0, counts: { passed: 1, failed: 0 } });
    expect(output).not.toContain("Error");
  });

  test("each that needs one is told so", async () => {
    const developer = await Developer.create(vitestTests);
    const { failures, counts } = await developer.run("failing", { env });
    expect(counts).toEqual({ passed: 1, failed: 5 });
    const told =
      "EngineUnavailableError: No container engine answers at unix:///nowhere/docker.sock (from DOCKER_HOST)";
    expect(Object.values(failures)).toEqual(Array.from({ length: 5 }, () => expect.stringContaining(told) as string));
  });
});

test("without test files vitest says so, whatever the configuration", async () => {
  const developer = await Developer.create(vitestTests);
  const { exitCode, output } = await developer.run("invalid", { args: ["no-such-file"] });
  expect(exitCode).toBe(1);
  expect(output).toContain("No test files found");
  expect(output).not.toContain("ConfigurationError");
});

describe("isolation per file and per worker", () => {
  /** Runs two files in one worker after another and tells which databases each was in, of `db`, then of `workers`. */
  async function seenBy(option: string): Promise<readonly string[]> {
    const notes = join(tmpdir(), `cleanroom-seen-${randomUUID()}`);
    onTestFinished(() => rm(notes, { force: true }));
    const { output, ...run } = await judge("scopes", { args: [option], env: { SEEN_DATABASES: notes } });
    expect(run, output).toMatchObject({
      exitCode: 0, // Among others, no start of 3 s counted against a hook's or a test's 2 s.
      counts: { passed: 15, failed: 0 },
      created: ["cache", "db", "workers"],
    });
    const noted = (await readFile(notes, "utf8")).trim().split("\n");
    expect(noted).toHaveLength(4);
    return noted;
  }

  test("gives every file one database, and by default every file is a worker", async () => {
    const [first, firstWorker, second, secondWorker] = await seenBy("--isolate");
    expect(first).not.toBe(second);
    expect(firstWorker).not.toBe(secondWorker);
  });

  test("gives the files of a worker one database where workers are kept", async () => {
    const [first, firstWorker, second, secondWorker] = await seenBy("--no-isolate");
    expect(first).not.toBe(second);
    expect(firstWorker).toBe(secondWorker);
  });
});

describe("a suite that was written for one database, in 4 workers", () => {
  test.for(["file", "worker"])("has one for each %s, by its environment variables alone", async (per) => {
    const { output, ...run } = await judge("existing-suite", { env: { PARTS_PER: per } });
    expect(run, output).toMatchObject({ exitCode: 0, counts: { passed: 16, failed: 0 }, created: ["db"] });
  });

  test("conflicts when all have the same: the control", async () => {
    const { exitCode, counts, output } = await judge("existing-suite", { env: { ONE_DATABASE: "1" } });
    expect(exitCode).toBe(1);
    expect(counts?.passed, output).toBeLessThan(16);
  });
});

test("services that are described as data set the variables of test files as well", async () => {
  const { output, ...run } = await judge("described");
  expect(run, output).toMatchObject({ exitCode: 0, counts: { passed: 1, failed: 0 }, created: ["db"] });
});

test("a second run finds what keepAliveMs kept, and it goes when that is over", async () => {
  const developer = await Developer.create(vitestTests);
  const first = await developer.run("kept");
  expect(first, first.output).toMatchObject({ exitCode: 0, created: ["cache", "web"] });
  expect(await developer.leftovers()).toBe(2);

  const second = await developer.run("kept", { env: { ARE_KEPT: "1" } });
  expect(second, second.output).toMatchObject({ exitCode: 0, created: [] });

  await developer.expectNoCoordinator(15_000);
  expect(await developer.leftovers()).toBe(0);
});

test("a start of 7 s does not count against a test's 5 s, or 100 ms", async () => {
  const { output, counts, created } = await judge("slow-start");
  expect({ counts, created }, output).toEqual({ counts: { passed: 3, failed: 0 }, created: ["slow"] });
  expect(output).toMatch(/cleanroom {2}slow is ready after [7-9]\.\d s/);
});

test("without the plugin, a test that asks for a service is told what to do; others pass", async () => {
  const { output, exitCode, counts } = await runVitest(projectRoot("no-plugin"));
  expect({ exitCode, counts }).toEqual({ exitCode: 1, counts: { passed: 1, failed: 1 } });
  expect(output).toContain(
    "The set-up of vitest is not valid:\n" +
      '  the plugin is missing from vitest\'s configuration: `plugins: [cleanroom()]`, from "cleanroom-test/vitest"',
  );
});

test("a service that cannot start fails the tests that ask for it, is tried once, and its reason is told once", async () => {
  const { exitCode, output, counts, created } = await judge("failing", { args: ["--retry=1"] });
  expect({ exitCode, counts, created }, output).toEqual({
    exitCode: 1,
    counts: { passed: 2, failed: 4 },
    created: ["broken", "cache"],
  });
  const reasons = output.match(/broken \(cleanroom-test\/service:1\) exited with code 3 after \d+ ms, before it was/g);
  expect(reasons, output).toHaveLength(1);
  expect(output).toContain("Its last log lines:\n  no licence found");
});

test("a configuration that is not valid ends the run before any test", async () => {
  const { exitCode, output, counts, created } = await judge("invalid");
  expect({ exitCode, counts, created }).toEqual({ exitCode: 1, counts: { passed: 0, failed: 0 }, created: [] });
  expect(output).toContain("ConfigurationError: web, a container(), is not valid:\n  ports.0: ");
});

describe("200 tests in 4 workers that change all they can", () => {
  test.for<readonly [string, Readonly<Record<string, string>>, number, number]>([
    ["cloned", {}, 200, 200],
    ["to be reset, though none can be", { RESET: "true" }, 200, 200],
    ["reset, but for the tenth that cannot be", { RESET: "true", ROWS_ONLY: "true" }, 20, 80],
  ])("each find their database as the migrations left it, which ran once: %s", async ([, env, least, most]) => {
    const marks = join(tmpdir(), `cleanroom-marks-${process.pid}`);
    onTestFinished(() => rm(marks, { force: true }));

    const { exitCode, counts, created, output } = await judge("hostile", { env: { MARKS: marks, ...env } });

    expect({ exitCode, counts, created }, output).toEqual({
      exitCode: 0,
      counts: { passed: 200, failed: 0 },
      created: ["db"],
    });
    const seen = (await readFile(marks, "utf8")).trimEnd().split("\n");
    expect(seen).toHaveLength(200);
    expect(new Set(seen.map((line) => line.split(" ")[0])).size).toBe(1);
    const databases = new Set(seen.map((line) => line.split(" ")[1])).size;
    expect(databases).toBeGreaterThanOrEqual(least);
    expect(databases).toBeLessThanOrEqual(most);
  });

  test("get in each other's way when they share one: the control", async () => {
    const { exitCode, counts } = await judge("hostile", { env: { SHARED: "true" } });

    expect(exitCode).toBe(1);
    expect(counts?.failed).toBeGreaterThan(100);
  });
});

describe("140 tests in 4 workers, in parts that are no databases", () => {
  test.for([
    ["transaction", "CleanroomWarning: A test of db has ended the transaction that it was given"],
    ["schema", ""],
  ] as const)("of the mode %s, find what the migrations left", async ([MODE, told]) => {
    const { exitCode, counts, created, output } = await judge("divided", { env: { MODE } });

    expect({ exitCode, counts, created }, output).toEqual({
      exitCode: 0,
      counts: { passed: 140, failed: 0 },
      created: ["db"],
    });
    expect(output).toContain(told); // Some end their transaction.
  });

  test.for(["transaction", "schema"])(
    "of the mode %s, get in each other's way in one database: the control",
    async (MODE) => {
      const { exitCode, counts } = await judge("divided", {
        env: { MODE, SHARED: "true" },
        args: ["file1", "file2", "--testTimeout=1000", "--hookTimeout=1000"],
      });

      expect(exitCode).toBe(1);
      expect(counts?.failed).toBeGreaterThan(50);
    },
  );
});

describe("the report of a test that failed", () => {
  const readLog = "GET /containers/ID/logs";
  const outcome = { passed: 2, failed: 7 }; // One more is skipped, as the hook of its suite failed.

  test("has the address of its part and the log of its server, which nobody reads for another", async () => {
    await using proxy = await EngineProxy.start();
    const env = { DOCKER_HOST: proxy.endpoint };
    const { output, failures, counts, created } = await judge("evidence", { env });
    expect({ counts, created }, output).toEqual({ counts: outcome, created: ["db", "shared"] });
    const addressed = Object.entries(failures).filter(([, report]) => report.includes(" was at postgres://"));
    expect(addressed.map(([name]) => name).toSorted()).toEqual([
      "fails after it",
      "fails before it",
      "fails concurrently 1",
      "fails concurrently 2",
      "fails in its body",
      "fails with what its file shares",
    ]);
    for (const [name, report] of addressed) {
      // Each assertion was about the name of the test's own database.
      const [, database = "none"] = /expected '(test_\w+)' to be/.exec(report) ?? [];
      expect(report, name).toMatch(new RegExp(`^(db|shared) was at postgres://test:[^@]+@[^/]+/${database}$`, "m"));
    }
    expect(failures["fails in its body"]).toMatch(/^ {2}\| .* LOG: {2}at a test that fails$/m);
    // What people read has as many, and that of the suite whose hook failed.
    expect(output.match(/ was at postgres:/g)).toHaveLength(addressed.length + 1);
    expect(proxy.count(readLog)).toBe(addressed.length + 1);
  });

  test("has an address that holds when the run has ended, where somebody can look at it", async () => {
    const developer = await Developer.create(vitestTests);
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

  test("is that of the test alone when the engine does not answer", async () => {
    await using proxy = await EngineProxy.start();
    proxy.fault = ({ name }) => (name === readLog || name === "POST /containers/ID/exec" ? "reset" : undefined);
    const { output, counts, failures } = await judge("evidence", { env: { DOCKER_HOST: proxy.endpoint } });
    expect(counts, output).toEqual(outcome);
    expect(proxy.count(readLog)).toBeGreaterThan(0);
    expect(failures["fails in its body"]).toMatch(
      /^AssertionError: .*\n\ndb was at postgres:.*\nWhat was in it could not be written to a file: .*\nThe log of db could not be read: /,
    );
    expect(output.match(/ FAIL /g)).toHaveLength(8);
  });
});

test("every test has a container of its own, ready before it begins; a failed one's log is in the report", async () => {
  const { output, failures, counts, created } = await judge("own-containers");

  expect(counts, output).toEqual({ passed: 11, failed: 3 });
  expect(failures["with a server of its own"]).toMatch(
    /cache was at redis:\/\/.*\/0\nThe last log lines of cache:\n(.*\n)* {2}\| .*Ready to accept connections/,
  );
  const { "with a container that is removed after it": first = "", "and another": second = "" } = failures;
  expect(first).toMatch(
    /slow was at http:\/\/127\.0\.0\.1:\d+\nThe last log lines of slow:\n {2}\| only in this container/,
  );
  expect(second).toMatch(/The last log lines of slow:\n/);
  expect(second).not.toContain("only in this container");
  // What is reset is made once, even though four tests have had it.
  expect(created.filter((name) => name === "filed" || name === "mail")).toEqual(["filed", "mail"]);
  expect(output.match(/is ready after/g)).toHaveLength(4); // Of each service once.
});

describe("Ctrl-C", () => {
  /** Interrupts a run when this happens to a container, and asks what is left when it has ended. */
  async function interrupt(
    project: string,
    event: string,
    how: (run: RunningProcess) => void | Promise<void>,
    root = projectRoot(project),
  ): Promise<JudgedRun> {
    const developer = await Developer.create(vitestTests);
    const reached = developer.next(event);
    const run = await developer.run(project, { root, whileRunning: async (running) => how((await reached, running)) });
    expect(await developer.leftovers(), run.output).toBe(0);
    await developer.expectNoCoordinator();
    expect(run.output).not.toContain("timed out");
    expect(run.output).not.toContain("exited unexpectedly");
    return run;
  }

  const signal = (run: RunningProcess): void => run.signal("SIGINT");
  const fromTerminal = (run: RunningProcess): void => run.pressCtrlC();

  test.for([
    ["of the main process", signal],
    ["in a terminal", fromTerminal],
  ] as const)("%s while a service starts removes it", async ([, how]) => {
    const { exitCode, created } = await interrupt("slow-start", "start", how);
    expect(exitCode).not.toBe(0);
    expect(created).toEqual(["slow"]);
  });

  test.for([
    ["of the main process", signal],
    ["in a terminal", fromTerminal],
  ] as const)("%s while a test runs removes the services, and no more tests begin", async ([, how]) => {
    const { exitCode, created } = await interrupt("slow-test", "exec_start: sleep 30", how);
    expect(exitCode).not.toBe(0);
    expect(created).toEqual(["web"]);
  });

  test("twice ends the run at once, and the coordinator does the rest", async () => {
    const developer = await Developer.create(vitestTests);
    const reached = developer.next("exec_start: sleep 30");
    let secondAtMs = 0;
    const { created, endedAtMs } = await developer.run("stubborn", {
      whileRunning: async (run) => {
        await reached;
        const stopping = developer.next("kill");
        run.pressCtrlC();
        await stopping; // The engine has asked the service to stop, which takes it 0.8 s.
        secondAtMs = Date.now();
        run.pressCtrlC();
      },
    });
    expect(created).toEqual(["web"]);
    expect(endedAtMs - secondAtMs).toBeLessThan(1000);
    expect(await developer.leftovers()).toBe(1); // Otherwise this would show nothing.
    await sleep(2000);
    expect(await developer.leftovers()).toBe(0);
    await developer.expectNoCoordinator();
  });

  test("in a run of two projects which load the package anew removes the services of both", async () => {
    const { created } = await interrupt("two-projects", "exec_start: sleep 30", signal);
    expect(created).toEqual(["web"]);
  });

  test("in a run of two projects which share the package that is installed, too", async () => {
    const root = await installedProject("two-projects");
    const { created } = await interrupt("two-projects", "exec_start: sleep 30", signal, root);
    expect(created).toEqual(["web"]);
  });
});

test("two projects of one configuration share its services until both are done", async () => {
  const { output, ...run } = await judge("two-projects", { env: { SLEEP_S: "0.5" } });
  expect(run, output).toMatchObject({ exitCode: 0, counts: { passed: 2, failed: 0 }, created: ["web"] });
});

test("projects in the configuration that has the plugin have the variables of each of their files", async () => {
  const { output, ...run } = await judge("inline-projects");
  expect(run, output).toMatchObject({ exitCode: 0, counts: { passed: 3, failed: 0 }, created: ["cache"] });
});

test("watch mode keeps the services from run to run, until it ends", async () => {
  const developer = await Developer.create(vitestTests);
  const { created, output } = await developer.run("watched", {
    args: ["--watch"],
    whileRunning: async (run) => {
      await developer.next("exec_start: echo ran");
      for (let rerun = 1; rerun <= 2; rerun += 1) {
        const ran = developer.next("exec_start: echo ran");
        await sleep(1000); // Until vitest waits for changes.
        await utimes(join(projectRoot("watched"), "watched.test.ts"), new Date(), new Date());
        await ran;
      }
      run.signal("SIGINT");
    },
  });
  expect(created, output).toEqual(["web"]);
  expect(output.match(/RERUN/g), output).toHaveLength(2);
  expect(await developer.leftovers()).toBe(0);
  await developer.expectNoCoordinator();
});

test("watch mode runs the tests again when a migration changes or is added, on the same server with that schema", async () => {
  const developer = await Developer.create(vitestTests);
  const root = await installedProject("watched-sql");
  const { created, output } = await developer.run("watched-sql", {
    root,
    args: ["--watch"],
    whileRunning: async (run) => {
      const ran = (): Promise<void> => run.nextPrints("Waiting for file changes");
      const afterChange = async (change: Promise<void>): Promise<void> => {
        await Promise.all([ran(), change]);
      };
      await ran();
      await afterChange(utimes(join(root, "watched.test.ts"), new Date(), new Date()));
      await afterChange(writeFile(join(root, "sql", "001_note.sql"), "CREATE TABLE changed_note (text text);\n"));
      await afterChange(writeFile(join(root, "sql", "002_more.sql"), "CREATE TABLE more (text text);\n"));
      run.signal("SIGINT");
    },
  });
  const seen = [...output.matchAll(/^server (\w+) has (.*)$/gm)].map(([, server, tables]) => ({ server, tables }));
  expect(seen.map(({ tables }) => tables)).toEqual(["first_note", "first_note", "changed_note", "changed_note more"]);
  expect(new Set(seen.map(({ server }) => server)).size).toBe(1);
  expect(created, output).toEqual(["db"]);
  expect(await developer.leftovers()).toBe(0);
  await developer.expectNoCoordinator();
});

/** A copy of a project outside the repository, with the package installed. */
async function installedProject(project: string): Promise<string> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "cleanroom-vitest-")));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await cp(projectRoot(project), root, { recursive: true, filter: (path) => !path.endsWith("node_modules") });
  await installPackage(root);
  return root;
}
