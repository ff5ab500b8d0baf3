import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Engine } from "../engine/engine.ts";
import { interleave } from "../harness/interleave.ts";
import { judge } from "../harness/judgement.ts";
import { summarise } from "../harness/summary.ts";
import type { Measurement, Run, Target } from "../harness/target.ts";
import { Suite, TESTS_PER_FILE } from "../processes/suite.ts";

const ID = "P8";
const FILES = 40;
const TITLE = `what databases add to a suite of ${FILES} × ${TESTS_PER_FILE} tests, by cloning or resetting, the server kept from the last run`;
const MAX_MS = 7500;
const MAX_RESET_MS = 2500;

const keepAlive = { BENCH_KEEP_ALIVE_MS: "600000" };
const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

const notes = [
  "Both are what `vitest run` takes more, from its start to its end, than the same suite without a database in the same round.",
  "pg alone: the suite imports the driver in each file and uses none. That part is not Cleanroom's, and is in its figure.",
  "4 workers. Each mode has a server of its own.",
];

/** Runs a suite whose tests have a database each, and the same suite without. */
export const suiteOverhead: Target = { id: ID, title: TITLE, defaultRounds: 5, measure };

async function measure(run: Run): Promise<Measurement> {
  using nothing = new Suite("nothing", FILES);
  using driverOnly = new Suite("driver-only", FILES);
  using clone = new Suite("clone", FILES);
  using reset = new Suite("clone", FILES);
  const servers = new Set<string>();
  try {
    const samples = await interleave(
      {
        nothing: () => nothing.timeOf(run),
        driverOnly: () => driverOnly.timeOf(run),
        cleanroom: () => timeWithKept(clone, run, servers, "clone"),
        reset: () => timeWithKept(reset, run, servers, "reset"),
      },
      run,
    );
    return measurementOf(samples, run, servers.size);
  } finally {
    for (const { path } of [clone, reset]) await promisify(execFile)(process.execPath, [cli, "down"], { cwd: path });
  }
}

function measurementOf(samples: Readonly<Record<string, readonly number[]>>, run: Run, servers: number): Measurement {
  if (servers !== 2) throw new Error(`There were ${servers} servers; two should have been kept from run to run.`);
  const above = (name: string): readonly number[] =>
    samples[name]!.map((sample, index) => sample - samples["nothing"]![index]!);
  const cleanroom = summarise(above("cleanroom"));
  const [reset, driverOnly] = [summarise(above("reset")), summarise(above("driverOnly"))];
  const judged = { clone: judge(cleanroom.median, MAX_MS), reset: judge(reset.median, MAX_RESET_MS) };
  const whole = {
    nothing: summarise(samples["nothing"]!),
    cleanroom: summarise(samples["cleanroom"]!),
    reset: summarise(samples["reset"]!),
  };
  const outcome = {
    ...{ id: ID, title: TITLE, unit: "ms" as const, n: run.rounds, cleanroom, baseline: null },
    ...{ judgedBy: "figure" as const, ratio: cleanroom.median, target: MAX_MS },
    met: Object.values(judged).every(({ met }) => met),
    ...{
      judged,
      reset,
      driverOnly,
      wholeRuns: whole,
      size: { files: FILES, testsPerFile: TESTS_PER_FILE, workers: 4 },
    },
  };
  const rows = [
    { name: "Cleanroom, clone", summary: cleanroom },
    { name: "Cleanroom, reset", summary: reset },
    { name: "pg alone", summary: driverOnly },
    { name: "the whole run without a database", summary: whole.nothing },
    { name: "the whole run, clone", summary: whole.cleanroom },
    { name: "the whole run, reset", summary: whole.reset },
  ];
  return { outcome, rows, notes };
}

/** @param servers - Gets the id of the server that the run leaves. */
async function timeWithKept(suite: Suite, run: Run, servers: Set<string>, mode: string): Promise<number> {
  const tookMs = await suite.timeOf(run, { ...keepAlive, BENCH_MODE: mode });
  using engine = new Engine();
  for (const { Id } of await engine.listContainers(run.labels)) servers.add(Id);
  return tookMs;
}
