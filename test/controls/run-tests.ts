import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { literally } from "./literally.ts";

/**
 * When a run is ended, in milliseconds. Vitest gives a test and its hooks a few minutes at most, and fails it then; a run
 * that goes on longer than this is stuck outside of any test, and says nothing about one.
 */
const CEILING_MS = 10 * 60_000;

/** Which tests to run, and where. */
export interface TestRunOptions {
  readonly project: string;
  /** Path from the root of the tree. */
  readonly file: string;
  /** Full names of tests in it. */
  readonly names: readonly string[];
  /** The copy of the repository. */
  readonly tree: string;
  /** Where the tests put what they make. */
  readonly temporary: string;
  /** Where vitest keeps what it has compiled. */
  readonly cache: string;
  readonly signal: AbortSignal;
}

/** What a run of tests did. */
export interface TestRun {
  /** How each test that was run ended, by its full name. */
  readonly outcomes: ReadonlyMap<string, "passed" | "failed">;
  /** The messages of those that failed. */
  readonly failures: ReadonlyMap<string, string>;
  /** Everything that vitest wrote. */
  readonly output: string;
  /** Whether it was ended because it did not end by itself. */
  readonly isStuck: boolean;
  readonly durationMs: number;
}

/** Runs tests of one file with vitest, in a process group of its own that is gone when this settles. */
export async function runTests(options: TestRunOptions): Promise<TestRun> {
  const { tree, temporary, signal } = options;
  signal.throwIfAborted();
  const startedAt = performance.now();
  const report = join(temporary, "report.json");
  const child = spawn(process.execPath, wordsFor(options, report), {
    cwd: tree,
    env: { ...process.env, TMPDIR: temporary, NO_COLOR: "1", CI: "true", KEEPS_STATE_DIRECTORY: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const end = (): void => endGroup(child.pid);
  signal.addEventListener("abort", end, { once: true });
  let isStuck = false;
  const ceiling = setTimeout(() => {
    isStuck = true;
    end();
  }, CEILING_MS);
  await once(child, "exit");
  clearTimeout(ceiling);
  signal.removeEventListener("abort", end);
  end(); // Whatever tests have started and not ended holds the pipes open.
  signal.throwIfAborted();
  const durationMs = performance.now() - startedAt;
  return { ...(await readReport(report)), output: (await output).join(""), isStuck, durationMs };
}

function wordsFor({ project, file, names, tree, cache }: TestRunOptions, report: string): readonly string[] {
  const pattern = names.map(literally).join("|");
  return [
    join(tree, "node_modules/vitest/vitest.mjs"),
    ...["run", "--project", project, file, "-t", `^(${pattern})$`],
    ...["--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
    ...["--cache=false", `--fsModuleCachePath=${cache}`], // What it would take, node_modules, is not the copy's own.
  ];
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // All of it has ended.
  }
}

/** What vitest's own JSON reporter writes, as far as it is looked at. */
interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

async function readReport(path: string): Promise<Pick<TestRun, "outcomes" | "failures">> {
  const json = await readFile(path, "utf8").catch(() => undefined);
  const { testResults }: Report =
    json?.trimEnd().endsWith("}") === true ? (JSON.parse(json) as Report) : { testResults: [] };
  const outcomes = new Map<string, "passed" | "failed">();
  const failures = new Map<string, string>();
  for (const { ancestorTitles, title, status, failureMessages } of testResults.flatMap((one) => one.assertionResults)) {
    if (status !== "passed" && status !== "failed") continue; // Left out by the filter, or skipped by itself.
    const name = [...ancestorTitles, title].join(" > ");
    outcomes.set(name, status);
    if (status === "failed") failures.set(name, failureMessages.join("\n"));
  }
  return { outcomes, failures };
}
