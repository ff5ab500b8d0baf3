import { execFile } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";

/** What a run of vitest did. */
export interface VitestRun {
  /** Its exit code. */
  readonly exitCode: number;
  /** Everything it wrote, without colours. */
  readonly output: string;
  /** Tests by outcome; `undefined` when it never came to run any. */
  readonly counts: { readonly passed: number; readonly failed: number } | undefined;
}

const vitest = fileURLToPath(new URL("../../node_modules/vitest/vitest.mjs", import.meta.url));

/** What else a run can be given. */
export interface VitestRunOptions {
  /** Environment variables in addition to this process's. */
  readonly env?: Readonly<Record<string, string>>;
  /** Resolves when the run is to be interrupted, as by Ctrl-C. */
  readonly interruptWhen?: Promise<void>;
}

/** Runs vitest in a process of its own, as a user does, in a project that has its own configuration. */
export async function runVitest(root: string, { env, interruptWhen }: VitestRunOptions = {}): Promise<VitestRun> {
  const report = join(tmpdir(), `cleanroom-vitest-${randomUUID()}.json`);
  const args = [vitest, "run", "--root", root, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  // What this very run of vitest has set for its own workers is not the other's concern.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("VITEST") && name !== "TEST");
  const { promise, resolve } = Promise.withResolvers<Omit<VitestRun, "counts">>();
  const child = execFile(
    process.execPath,
    args,
    { env: { ...Object.fromEntries(inherited), NO_COLOR: "1", ...env }, timeout: 120_000 },
    (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code ?? 1), output: `${stdout}${stderr}` });
    },
  );
  void interruptWhen?.then(() => child.kill("SIGINT"));
  const run = await promise;
  const counts = await readCounts(report);
  await rm(report, { force: true });
  return { ...run, counts };
}

async function readCounts(report: string): Promise<VitestRun["counts"]> {
  const text = await readFile(report, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const { numPassedTests, numFailedTests } = JSON.parse(text) as { numPassedTests: number; numFailedTests: number };
  return { passed: numPassedTests, failed: numFailedTests };
}
