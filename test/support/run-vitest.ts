import { randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Runner, RunnerOptions } from "./developer.ts";
import type { ProcessRun } from "./run-process.ts";
import { runProcess } from "./run-process.ts";

/** What a run of vitest did. */
export interface VitestRun extends ProcessRun {
  /** Tests by outcome; `undefined` when it never came to run any. */
  readonly counts: { readonly passed: number; readonly failed: number } | undefined;
  /** What is reported of each test that failed, by its name. */
  readonly failures: Readonly<Record<string, string>>;
}

const vitest = fileURLToPath(new URL("../../node_modules/vitest/vitest.mjs", import.meta.url));

/** Vitest, and the projects that have a configuration of it. */
export const vitestTests: Runner<VitestRun> = { folder: "vitest", run: runVitest };

/** Runs vitest in a process of its own, as a user does, in a project that has its own configuration. */
export async function runVitest(root: string, { args = [], ...options }: RunnerOptions = {}): Promise<VitestRun> {
  const report = join(tmpdir(), `cleanroom-vitest-${randomUUID()}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const run = await runProcess([vitest, "run", "--root", root, ...reporters, ...args], options);
  const { counts, failures } = await readReport(report);
  await rm(report, { force: true });
  return { ...run, counts, failures };
}

/** What vitest's own JSON reporter writes, as far as it is looked at. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly failureMessages: readonly string[] }[];
  }[];
}

async function readReport(path: string): Promise<Pick<VitestRun, "counts" | "failures">> {
  const json = await readFile(path, "utf8").catch(() => undefined);
  // A run that was ended at once may have written half of it.
  if (json?.trimEnd().endsWith("}") !== true) return { counts: undefined, failures: {} };
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(json) as Report;
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = tests.filter(({ failureMessages }) => failureMessages.length > 0);
  return {
    counts: { passed: numPassedTests, failed: numFailedTests },
    failures: Object.fromEntries(failed.map(({ title, failureMessages }) => [title, failureMessages.join("\n")])),
  };
}
