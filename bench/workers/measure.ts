import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Summary } from "../harness/summary.ts";
import { round, summarise } from "../harness/summary.ts";
import type { Run } from "../harness/target.ts";
import { TESTS_PER_FILE, Suite } from "../processes/suite.ts";
import { watchMemory } from "./memory.ts";

/** The runners that are measured. */
export const RUNNERS = ["vitest", "jest"] as const;

const FILES = 48;

/** What a run of 16 workers took. */
interface Workers {
  readonly files: number;
  readonly tests: number;
  /** From the start of the runner to its end, in milliseconds. */
  readonly tookMs: number;
  /** The same where all tests share the server's own database, and take no other. */
  readonly tookSharedMs: number;
  /** The most memory that all processes of the run had in RAM at the same time, the coordinator included, in megabytes. */
  readonly peakMegabytes: number;
  readonly coordinatorPeakMegabytes: number;
  readonly processes: number;
  /** From asking for a database to having it, of those that tests took themselves, in milliseconds. */
  readonly handOutMs: Summary;
  /** How many databases were handed out, each to one holder. */
  readonly databases: number;
}

/** Runs the same files in 16 workers of a runner. */
export async function measureWorkers(
  runner: (typeof RUNNERS)[number],
  run: Run,
  stateDirectory: string,
): Promise<Workers> {
  using suite = new Suite("workers", 0);
  for (let file = 1; file <= FILES; file++) {
    cpSync(join(suite.path, `case.${runner}.ts`), join(suite.path, `case-${file}.test.ts`));
  }
  const notes = join(suite.path, "notes");
  const shared = await timeOf(runner, run, suite.path, { BENCH_SHARED: "yes" });
  rmSync(notes, { force: true });
  using memory = watchMemory(stateDirectory);
  const tookMs = await timeOf(runner, run, suite.path, { BENCH_NOTES: notes }, memory.follow);
  const taken = existsSync(notes) ? readFileSync(notes, "utf8").trim().split("\n") : [];
  const parsed = taken.map((line) => JSON.parse(line) as { readonly tookMs: number; readonly databases: string[] });
  const databases = parsed.flatMap((each) => each.databases);
  if (new Set(databases).size !== databases.length) throw new Error("A database was handed out twice.");
  return {
    ...{ files: FILES, tests: FILES * TESTS_PER_FILE, tookMs: round(tookMs), tookSharedMs: round(shared) },
    ...memory.peak,
    handOutMs: summarise(parsed.map((each) => each.tookMs)),
    databases: databases.length,
  };
}

const require = createRequire(import.meta.url);

const commands = {
  vitest: [join(require.resolve("vitest/package.json"), "../vitest.mjs"), "run"],
  jest: [require.resolve("jest/bin/jest")],
} as const;

async function timeOf(
  runner: (typeof RUNNERS)[number],
  run: Run,
  cwd: string,
  environment: Readonly<Record<string, string>>,
  follow: (pid: number) => void = () => undefined,
): Promise<number> {
  const startedAtMs = performance.now();
  const child = spawn(process.execPath, [...commands[runner]], {
    cwd,
    env: { ...process.env, NO_COLOR: "1", CI: "true", BENCH_LABELS: JSON.stringify(run.labels), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true, // A process group of its own: workers end with it, and their memory is found by it.
  });
  follow(child.pid!);
  const kill = (): void => void process.kill(-child.pid!, "SIGKILL");
  run.signal.addEventListener("abort", kill, { once: true });
  const outputs = Promise.all([text(child.stdout), text(child.stderr)]);
  const [exitCode] = (await once(child, "exit")) as [number | null];
  const tookMs = performance.now() - startedAtMs;
  run.signal.removeEventListener("abort", kill);
  run.signal.throwIfAborted();
  if (exitCode !== 0 && environment["BENCH_SHARED"] !== "yes") throw new Error((await outputs).join(""));
  return tookMs;
}
