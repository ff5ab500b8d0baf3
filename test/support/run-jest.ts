import { randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Runner, RunnerOptions } from "./developer.ts";
import type { ProcessRun } from "./run-process.ts";
import { runProcess } from "./run-process.ts";

/** What a run of Jest did. */
export interface JestRun extends ProcessRun {
  /** Tests by outcome; `undefined` when it never came to run any. */
  readonly counts: { readonly passed: number; readonly failed: number } | undefined;
  /** What is reported of each test that failed, by its name. */
  readonly failures: Readonly<Record<string, string>>;
}

const jest = createRequire(import.meta.url).resolve("jest/bin/jest");

/** Jest, and the projects that have a configuration of it. */
export const jestTests: Runner<JestRun> = { folder: "jest", run: runJest };

/** Runs Jest in a process of its own, as a user does, in a project that has its own configuration. */
async function runJest(root: string, { args = [], ...options }: RunnerOptions = {}): Promise<JestRun> {
  const report = join(tmpdir(), `cleanroom-jest-${randomUUID()}.json`);
  const run = await runProcess([jest, "--json", `--outputFile=${report}`, ...args], { cwd: root, ...options });
  const json = await readFile(report, "utf8").catch(() => undefined);
  await rm(report, { force: true });
  return { ...run, ...outcomeIn(json) };
}

/** What Jest's own JSON reporter writes, as far as it is looked at. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly failureMessages: readonly string[] }[];
  }[];
}

function outcomeIn(json: string | undefined): Pick<JestRun, "counts" | "failures"> {
  if (json === undefined) return { counts: undefined, failures: {} };
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(json) as Report;
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = tests.filter(({ failureMessages }) => failureMessages.length > 0);
  return {
    counts: { passed: numPassedTests, failed: numFailedTests },
    failures: Object.fromEntries(failed.map(({ title, failureMessages }) => [title, failureMessages.join("\n")])),
  };
}
