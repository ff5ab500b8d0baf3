import { randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Runner, RunnerOptions } from "./developer.ts";
import type { ProcessRun } from "./run-process.ts";
import { runProcess } from "./run-process.ts";

/** What a run of `node --test` did. */
export interface NodeTestRun extends ProcessRun {
  /** Tests by outcome. */
  readonly counts: { readonly passed: number; readonly failed: number };
  /** What JUnit's report says of each test that failed, by its name. */
  readonly failures: Readonly<Record<string, string>>;
}

/** `node --test`, with what people read and what CI reads. */
export const nodeTests: Runner<NodeTestRun> = { folder: "node", run: runNodeTests };

async function runNodeTests(root: string, { args = [], ...options }: RunnerOptions): Promise<NodeTestRun> {
  const report = join(tmpdir(), `cleanroom-node-${randomUUID()}.xml`);
  const reporters = ["spec", "stdout", "junit", report].map((value, index) =>
    index % 2 === 0 ? `--test-reporter=${value}` : `--test-reporter-destination=${value}`,
  );
  const run = await runProcess(["--test", ...reporters, ...args], { cwd: root, ...options });
  const xml = await readFile(report, "utf8").catch(() => "");
  await rm(report, { force: true });
  const failures = [...xml.matchAll(/<testcase name="([^"]*)"[^>]*>\s*<failure [^>]*>([^]*?)<\/failure>/g)];
  return {
    ...run,
    counts: { passed: countOf("pass", run.output), failed: countOf("fail", run.output) },
    failures: Object.fromEntries(failures.map(([, name = "", text = ""]) => [name, text.replaceAll("&lt;", "<")])),
  };
}

/** Of those that `spec` counts in its last lines. */
function countOf(outcome: string, output: string): number {
  return Number(new RegExp(String.raw`^ℹ ${outcome} (\d+)$`, "m").exec(output)?.[1]);
}
