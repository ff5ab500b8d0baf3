import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** What a run of vitest did. */
export interface VitestRun {
  /** Its exit code; 1 when a signal ended it. */
  readonly exitCode: number;
  /** Everything it wrote, without colours. */
  readonly output: string;
  /** Tests by outcome; `undefined` when it never came to run any. */
  readonly counts: { readonly passed: number; readonly failed: number } | undefined;
  /** What is reported of each test that failed, by its name. */
  readonly failures: Readonly<Record<string, string>>;
  /** When its process had ended, in milliseconds since 1970. */
  readonly endedAtMs: number;
}

const vitest = fileURLToPath(new URL("../../node_modules/vitest/vitest.mjs", import.meta.url));

/** A run that has not ended. */
export interface RunningVitest {
  /** Sends its main process a signal, as `kill` does. */
  signal(signal: NodeJS.Signals): void;
  /** Resolves when it next writes this to its standard output. */
  nextPrints(text: string): Promise<void>;
  /** Sends SIGINT to all its processes, as a terminal does on Ctrl-C. */
  pressCtrlC(): void;
}

/** What else a run can be given. */
export interface VitestRunOptions {
  /** Environment variables in addition to this process's; among them is `CI`, where nothing is kept to be looked at. */
  readonly env?: Readonly<Record<string, string>>;
  /** Further arguments. */
  readonly args?: readonly string[];
  /** What happens to it meanwhile. */
  readonly whileRunning?: (run: RunningVitest) => Promise<void>;
}

/** Runs vitest in a process of its own, as a user does, in a project that has its own configuration. */
export async function runVitest(root: string, options: VitestRunOptions = {}): Promise<VitestRun> {
  const { env, args = [], whileRunning } = options;
  const report = join(tmpdir(), `cleanroom-vitest-${randomUUID()}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  // What this very run of vitest has set for its own workers is not the other's concern.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("VITEST") && name !== "TEST");
  const child = spawn(process.execPath, [vitest, "run", "--root", root, ...reporters, ...args], {
    env: { ...Object.fromEntries(inherited), NO_COLOR: "1", CI: "true", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true, // A process group of its own, as a terminal gives it.
    timeout: 120_000,
  });
  const outputs = Promise.all([text(child.stdout), text(child.stderr)]);
  const exit = once(child, "exit").then(([code]: (number | null)[]) => ({ code, endedAtMs: Date.now() }));
  void whileRunning?.({
    signal: (signal) => child.kill(signal),
    nextPrints: (wanted) => nextPrints(child.stdout, wanted),
    pressCtrlC: () => process.kill(-(child.pid ?? 0), "SIGINT"),
  });
  const { code, endedAtMs } = await exit;
  const output = (await outputs).join("");
  const { counts, failures } = await readReport(report);
  await rm(report, { force: true });
  return { exitCode: code ?? 1, output, counts, failures, endedAtMs };
}

async function nextPrints(output: Readable, wanted: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  let printed = "";
  const onData = (chunk: Buffer | string): void => {
    printed += chunk.toString();
    if (printed.includes(wanted)) resolve(undefined);
  };
  output.on("data", onData);
  await promise;
  output.off("data", onData);
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
