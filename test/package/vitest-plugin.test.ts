import { cp, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { containersLabelled, createdSince, networksLabelled, nextEvent } from "../support/engine.ts";
import { installPackage } from "../support/installed-package.ts";
import { runVitest, type VitestRun } from "../support/run-vitest.ts";

interface JudgedRun extends VitestRun {
  /** The services whose containers the engine made during the run, in alphabetical order. */
  readonly created: readonly string[];
  /** Containers and networks that the engine still has of it. */
  readonly leftovers: number;
}

interface JudgeOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** What happens to a container of the run when it is to be interrupted, for example `start`. */
  readonly interruptAt?: string;
  /** Where the project is; in the repository when absent. */
  readonly root?: string;
}

function projectRoot(project: string): string {
  return fileURLToPath(new URL(`../projects/vitest/${project}`, import.meta.url));
}

/** Runs one of the small projects and asks the engine what came of it. */
async function judge(project: string, options: JudgeOptions = {}): Promise<JudgedRun> {
  const { env = {}, interruptAt, root = projectRoot(project) } = options;
  const label = `dev.cleanroom.project=${root}`;
  const startedAtMs = Date.now();
  const interrupt = interruptAt === undefined ? {} : { interruptWhen: nextEvent(label, interruptAt) };
  const run = await runVitest(root, { env, ...interrupt });
  const created = await createdSince(startedAtMs, label);
  const left = await Promise.all([containersLabelled(label), networksLabelled(label)]);
  return {
    ...run,
    created: created.map((attributes) => attributes["dev.cleanroom.service"] ?? "").toSorted(),
    leftovers: left.flat().length,
  };
}

describe("8 files in 4 workers", () => {
  test("share one Postgres and one Redis; every test has data of its own; nothing is left", async () => {
    const { exitCode, counts, created, leftovers } = await judge("sharing");
    expect({ exitCode, counts, created, leftovers }).toEqual({
      exitCode: 0,
      counts: { passed: 48, failed: 0 },
      created: ["cache", "db"],
      leftovers: 0,
    });
  });

  test("conflict when all use the server's own database", async () => {
    const { exitCode, counts, leftovers } = await judge("sharing", { env: { SHARE_DATABASE: "1" } });
    // One of the 40 inserts wins; the caches are isolated all the same.
    expect({ exitCode, counts, leftovers }).toEqual({ exitCode: 1, counts: { passed: 9, failed: 39 }, leftovers: 0 });
  });
});

test("a start of 7 s does not count against a test's 5 s", async () => {
  const { output, counts, created, leftovers } = await judge("slow-start");
  expect({ counts, created, leftovers }).toEqual({ counts: { passed: 2, failed: 0 }, created: ["slow"], leftovers: 0 });
  expect(output).toMatch(/cleanroom {2}slow is ready after [7-9]\.\d s/);
});

test("without the plugin, a test that asks for a service is told what to do; others pass", async () => {
  const { output, counts, created } = await judge("no-plugin");
  expect({ counts, created }).toEqual({ counts: { passed: 1, failed: 1 }, created: [] });
  expect(output).toContain(
    "The set-up of vitest is not valid:\n" +
      '  the plugin is missing from vitest\'s configuration: `plugins: [cleanroom()]`, from "cleanroom-test/vitest"',
  );
});

test("a service that cannot start ends the run with its reason and leaves nothing", async () => {
  const { exitCode, output, leftovers } = await judge("failing");
  expect({ exitCode, leftovers }).toEqual({ exitCode: 1, leftovers: 0 });
  expect(output).toMatch(/broken \(cleanroom-test\/service:1\) exited with code 3 after \d+ ms, before it was ready\./);
  expect(output).toContain("Its last log lines:\n  no licence found");
});

test("Ctrl-C while a service starts removes it", async () => {
  const { exitCode, created, leftovers } = await judge("slow-start", { interruptAt: "start" });
  expect({ exitCode, created, leftovers }).toEqual({ exitCode: 1, created: ["slow"], leftovers: 0 });
});

test("Ctrl-C while a test runs removes the services", async () => {
  const { created, leftovers } = await judge("slow-test", { interruptAt: "exec_start: sleep 30" });
  expect({ created, leftovers }).toEqual({ created: ["web"], leftovers: 0 });
});

describe("Ctrl-C in a run of two projects removes the services of both", () => {
  /** Interrupts the run, which would otherwise end by itself when the slow test has taken its 5 s. */
  async function interrupt(root?: string): Promise<void> {
    const options = { interruptAt: "exec_start: sleep 30", ...(root === undefined ? {} : { root }) };
    const { output, created, leftovers } = await judge("two-projects", options);
    expect({ created, leftovers }).toEqual({ created: ["web", "web"], leftovers: 0 });
    expect(output).not.toContain("timed out");
  }

  test("each of which loads the package anew, as from a linked folder", async () => {
    await interrupt();
  });

  test("which share the package that is installed", async () => {
    const root = await realpath(await mkdtemp(join(tmpdir(), "cleanroom-two-projects-")));
    onTestFinished(() => rm(root, { recursive: true, force: true }));
    await cp(projectRoot("two-projects"), root, { recursive: true, filter: (path) => !path.endsWith("node_modules") });
    await installPackage(root);

    await interrupt(root);
  });
});
