import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Engine } from "../engine/engine.ts";
import { interleave } from "../harness/interleave.ts";
import { summarise } from "../harness/summary.ts";
import type { Measurement, Run, Target } from "../harness/target.ts";
import { Suite, TESTS_PER_FILE } from "../processes/suite.ts";

const ID = "P8";
const FILES = 40;
const TITLE = `what databases add to a suite of ${FILES} × ${TESTS_PER_FILE} tests, by cloning, the server kept from the last run`;
const MAX_MS = 7500;

const keepAlive = { BENCH_KEEP_ALIVE_MS: "600000" };
const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

const notes = [
  "Both are what `vitest run` takes more, from its start to its end, than the same suite without a database in the same round.",
  "pg alone: the suite imports the driver in each file and uses none. That part is not Cleanroom's, and is in its figure.",
  "4 workers. Cleanroom has no mode yet that resets a database instead of making another, so there is no figure for it.",
];

/** Runs a suite whose tests have a database each, and the same suite without. */
export const suiteOverhead: Target = { id: ID, title: TITLE, defaultRounds: 5, measure };

async function measure(run: Run): Promise<Measurement> {
  using nothing = new Suite("nothing", FILES);
  using driverOnly = new Suite("driver-only", FILES);
  using clone = new Suite("clone", FILES);
  const servers = new Set<string>();
  try {
    const samples = await interleave(
      {
        nothing: () => nothing.timeOf(run),
        driverOnly: () => driverOnly.timeOf(run),
        cleanroom: () => timeWithKept(clone, run, servers),
      },
      run,
    );
    return measurementOf(samples, run, servers.size);
  } finally {
    await promisify(execFile)(process.execPath, [cli, "down"], { cwd: clone.path });
  }
}

function measurementOf(samples: Readonly<Record<string, readonly number[]>>, run: Run, servers: number): Measurement {
  if (servers !== 1) throw new Error(`There were ${servers} servers; one should have been kept from run to run.`);
  const above = (name: string): readonly number[] =>
    samples[name]!.map((sample, index) => sample - samples["nothing"]![index]!);
  const cleanroom = summarise(above("cleanroom"));
  const driverOnly = summarise(above("driverOnly"));
  const whole = { nothing: summarise(samples["nothing"]!), cleanroom: summarise(samples["cleanroom"]!) };
  const outcome = {
    ...{ id: ID, title: TITLE, unit: "ms" as const, n: run.rounds, cleanroom, baseline: null },
    ...{ judgedBy: "figure" as const, ratio: cleanroom.median, target: MAX_MS, met: cleanroom.median <= MAX_MS },
    ...{ driverOnly, wholeRuns: whole, size: { files: FILES, testsPerFile: TESTS_PER_FILE, workers: 4 } },
    modes: { measured: ["clone"], missing: ["reset"] },
  };
  const rows = [
    { name: "Cleanroom", summary: cleanroom },
    { name: "pg alone", summary: driverOnly },
    { name: "the whole run without a database", summary: whole.nothing },
    { name: "the whole run with Cleanroom", summary: whole.cleanroom },
  ];
  return { outcome, rows, notes };
}

/** @param servers - Gets the id of the server that the run leaves. */
async function timeWithKept(suite: Suite, run: Run, servers: Set<string>): Promise<number> {
  const tookMs = await suite.timeOf(run, keepAlive);
  using engine = new Engine();
  for (const { Id } of await engine.listContainers(run.labels)) servers.add(Id);
  return tookMs;
}
