import { randomUUID } from "node:crypto";
import { readFile, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import type { Judged, JudgeOptions } from "../support/developer.ts";
import { Developer, judge as judgeWith, projectRoot } from "../support/developer.ts";
import type { NodeTestRun } from "../support/run-node-tests.ts";
import { nodeTests } from "../support/run-node-tests.ts";
import type { RunningProcess } from "../support/run-process.ts";

type JudgedRun = NodeTestRun & Judged;

const hasGlobalSetup = process.allowedNodeEnvironmentFlags.has("--test-global-setup");
const withSetup = hasGlobalSetup ? ["--test-global-setup=setup.ts"] : [];
/** Where no file's end ends what another goes on to use. */
const atOnce = "--test-concurrency=4";

afterAll(() => rm(join(projectRoot(nodeTests, "evidence"), ".cleanroom"), { recursive: true, force: true }));

function judge(project: string, options: JudgeOptions = {}): Promise<JudgedRun> {
  return judgeWith(nodeTests, project, options);
}

/** A file that tests append a line to. */
function notesOf(name: string): { readonly path: string; read(): Promise<readonly string[]> } {
  const path = join(tmpdir(), `cleanroom-${name}-${randomUUID()}`);
  onTestFinished(() => rm(path, { force: true }));
  return { path, read: async () => (await readFile(path, "utf8")).trim().split("\n") };
}

describe("4 files in 4 processes", () => {
  test("share one Postgres and one Redis, every test has data of its own, and the run ends by itself", async ({
    skip,
  }) => {
    skip(!hasGlobalSetup, "this Node has no --test-global-setup");
    const teardown = notesOf("teardown");
    const seen = notesOf("seen");

    const { exitCode, counts, created, output, endedAtMs } = await judge("sharing", {
      args: [...withSetup, atOnce],
      env: { NOTE_TEARDOWN: teardown.path, SEEN_DATABASES: seen.path },
    });

    // `unused`, which no test asks for, is not among them.
    expect({ exitCode, counts, created }, output).toEqual({
      exitCode: 0,
      counts: { passed: 24, failed: 0 },
      created: ["cache", "db"],
    });
    expect(new Set(await seen.read()).size).toBe(20);
    expect(output.match(/^cleanroom {2}\w+ is ready after \d+\.\d s$/gm)).toHaveLength(2);
    expect(endedAtMs - Number((await teardown.read())[0])).toBeLessThan(1000);
  });

  test("find their services without a set-up as well", async () => {
    const { exitCode, counts, output } = await judge("sharing", { args: [atOnce] });
    expect({ exitCode, counts }, output).toEqual({ exitCode: 0, counts: { passed: 24, failed: 0 } });
  });

  test("conflict when all use the server's own database", async () => {
    const { exitCode, counts } = await judge("sharing", { args: [atOnce], env: { SHARE_DATABASE: "1" } });
    expect(exitCode).toBe(1);
    expect(counts.failed).toBeGreaterThanOrEqual(16); // Of five tests in a process, one wins at most.
  });
});

test("tests that run at the same time in a file each read their own part, or are told to say whose", async () => {
  const { exitCode, counts, output } = await judge("concurrent");
  expect({ exitCode, counts }, output).toEqual({ exitCode: 0, counts: { passed: 6, failed: 0 } });
});

test("hooks read the part of the test that they run for, and end their connections before it goes", async () => {
  const { exitCode, counts, output } = await judge("hooks");
  expect({ exitCode, counts }, output).toEqual({ exitCode: 0, counts: { passed: 8, failed: 0 } });
});

test("isolation per file gives all suites of a file one database, and another file another one", async () => {
  const seen = notesOf("seen");
  const { exitCode, counts, output } = await judge("scopes", { args: withSetup, env: { SEEN_DATABASES: seen.path } });
  expect({ exitCode, counts }, output).toEqual({ exitCode: 0, counts: { passed: 4, failed: 0 } });
  const lines = await seen.read();
  expect(lines).toHaveLength(4);
  const databases = [...new Set(lines)].flatMap((line) => line.split(" "));
  expect(new Set(databases).size).toBe(4); // Two files, of two servers.
});

test("a start of 3 s does not count against a test's 1 s, nor against --test-timeout", async () => {
  const { counts, created, output } = await judge("slow-start", {
    args: hasGlobalSetup ? ["--test-timeout=1500"] : [],
  });
  expect(counts, output).toEqual({ passed: 2, failed: 0 });
  expect(new Set(created)).toEqual(new Set(["own", "slow"])); // Of the first there is one ahead for a test that may come.
});

test("a CommonJS file requires the helper", async () => {
  const { counts, created, output } = await judge("commonjs");
  expect({ counts, created }, output).toEqual({ counts: { passed: 2, failed: 0 }, created: ["cache"] });
  expect(output).not.toContain("Warning");
});

describe("an existing suite that reads its environment", () => {
  test("gets a database for each of its files", async () => {
    const { counts, output } = await judge("existing-suite", { args: ["--import=cleanroom-test/node/register"] });
    expect(counts, output).toEqual({ passed: 4, failed: 0 });
  });

  test("has none of that by itself: the control", async () => {
    const { counts, created } = await judgeNothing("existing-suite");
    expect({ counts, created }).toEqual({ counts: { passed: 0, failed: 4 }, created: [] });
  });

  /** A run that has nothing to do with Cleanroom, so that there is no coordinator. */
  async function judgeNothing(project: string): Promise<JudgedRun> {
    const developer = await Developer.create(nodeTests);
    return developer.run(project, { env: { DATABASE_URL: "postgres://127.0.0.1:1/none" } });
  }
});

describe("the report of a test that failed", () => {
  const outcome = { passed: 1, failed: 7 }; // One more is cancelled, as Node calls what takes too long.

  test("has the address of its part and the log of its server, in what people read and in what CI reads", async () => {
    const { output, failures, counts, created } = await judge("evidence");
    expect({ counts, created }, output).toEqual({ counts: outcome, created: ["db", "shared"] });
    const addressed = Object.entries(failures).filter(([, report]) => report.includes(" was at postgres://"));
    expect(addressed.map(([name]) => name).toSorted()).toEqual([
      "fails after it",
      "fails before it",
      "fails in its body",
      "fails with what its file shares",
      "takes too long",
      "throws an error whose message is its class's",
      "throws text",
    ]);
    for (const [name, report] of addressed) {
      const [, database = "none"] = /(test_[0-9a-f]{12})/.exec(report) ?? [];
      expect(report, name).toMatch(new RegExp(`(db|shared) was at postgres://test:[^@]+@[^/]+/${database}$`, "m"));
    }
    expect(failures["fails in its body"]).toMatch(/^ *\| .* LOG: {2}at a test that fails$/m);
    expect(failures["fails and uses nothing"]).not.toContain("was at");
    expect(output.match(/^ *(db|shared) was at postgres:/gm)).toHaveLength(addressed.length);
    expect(output).toMatch(/^ *\| .* LOG: {2}at a test that fails$/m);
  });

  test("has an address that holds when the run has ended", async () => {
    const developer = await Developer.create(nodeTests);
    onTestFinished(() => developer.down());
    const args = ["--test-name-pattern=fails in its body"];
    const { failures } = await developer.run("evidence", { env: { CI: "" }, args });
    expect(failures["fails in its body"]).toMatch(/^ *It stays there for 10 min; `npx cleanroom down` removes it\.$/m);
    expect(await developer.leftovers()).toBe(1);

    await developer.down();
    expect(await developer.leftovers()).toBe(0);
    await developer.expectNoCoordinator();
  });
});

test("a service that cannot start fails the tests that ask for it, and its reason is told", async () => {
  const { exitCode, output, counts, created } = await judge("failing", { args: [...withSetup, atOnce] });
  expect({ exitCode, counts, created }, output).toEqual({
    exitCode: 1,
    counts: { passed: 2, failed: 3 },
    created: hasGlobalSetup ? ["broken", "cache"] : (expect.arrayContaining(["broken", "cache"]) as unknown),
  });
  expect(output).toMatch(/broken \(cleanroom-test\/service:1\) exited with code 3 after \d+ ms, before it was ready/);
  expect(output).toContain("no licence found");
});

describe("where no engine answers", () => {
  const env = { DOCKER_HOST: "unix:///nowhere/docker.sock" };

  test("tests that need no service pass", async () => {
    const developer = await Developer.create(nodeTests);
    const args = [...withSetup, "--test-name-pattern=asks for nothing"];
    const { counts, output } = await developer.run("failing", { env, args });
    expect(counts.failed, output).toBe(0);
    expect(output).toContain("✔ asks for nothing");
  });

  test("each that needs one is told so", async () => {
    const developer = await Developer.create(nodeTests);
    const { failures, counts } = await developer.run("failing", { env, args: withSetup });
    expect(counts).toEqual({ passed: 1, failed: 4 });
    const told = "No container engine answers at unix:///nowhere/docker.sock (from DOCKER_HOST)";
    expect(Object.values(failures)).toEqual(Array.from({ length: 4 }, () => expect.stringContaining(told) as string));
  });
});

test("a configuration that is not there ends the run before any test", async ({ skip }) => {
  skip(!hasGlobalSetup, "this Node has no --test-global-setup");
  const developer = await Developer.create(nodeTests);
  const { exitCode, output } = await developer.run("commonjs", { args: ["--test-global-setup=../scopes/setup.ts"] });
  expect(exitCode).not.toBe(0);
  expect(output).toContain("there is no cleanroom.config.ts");
  expect(output).not.toContain("has a cache of its own");
});

describe("Ctrl-C", () => {
  const ways: readonly (readonly [string, (run: RunningProcess) => void])[] = [
    ["of the main process", (run) => run.signal("SIGINT")],
    ["in a terminal", (run) => run.pressCtrlC()],
  ];

  test.for(ways)("%s while a test runs removes the services", async ([, how]) => {
    const developer = await Developer.create(nodeTests);
    const reached = developer.next("exec_start: sleep 30");
    const { created } = await developer.run("slow-test", {
      args: withSetup,
      whileRunning: async (run) => how((await reached, run)),
    });
    expect(created).toEqual(["web"]);
    await developer.expectNoCoordinator(); // Without a set-up, it is the coordinator that removes them.
    expect(await developer.leftovers()).toBe(0);
  });

  test.for(ways)("%s while a service starts removes it", async ([, how]) => {
    const developer = await Developer.create(nodeTests);
    const reached = developer.next("start");
    await developer.run("slow-start", { whileRunning: async (run) => how((await reached, run)) });
    await developer.expectNoCoordinator();
    expect(await developer.leftovers()).toBe(0);
  });
});

test("watch mode keeps the services from run to run, until it ends", async ({ skip }) => {
  skip(!hasGlobalSetup, "this Node has no --test-global-setup");
  const developer = await Developer.create(nodeTests);
  const { created, output } = await developer.run("watched", {
    args: ["--watch", ...withSetup],
    whileRunning: async (run) => {
      await developer.next("exec_start: echo ran");
      for (let rerun = 1; rerun <= 2; rerun += 1) {
        const ran = developer.next("exec_start: echo ran");
        await sleep(1000); // Until Node waits for changes.
        await utimes(join(projectRoot(nodeTests, "watched"), "watched.test.ts"), new Date(), new Date());
        await ran;
      }
      run.signal("SIGINT");
    },
  });
  expect(created, output).toEqual(["web"]);
  await developer.expectNoCoordinator();
  expect(await developer.leftovers()).toBe(0);
});
