import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { interleave } from "../harness/interleave.ts";
import { testcontainersName } from "../harness/subjects.ts";
import { round, summarise } from "../harness/summary.ts";
import type { Measurement, Run, Target } from "../harness/target.ts";

const ID = "P9";
const TITLE = "a fresh process that imports the library, above one that imports nothing";
const MAX_MS = 25;

/** Measures whole processes, from their start to their end. */
export const importCost: Target = { id: ID, title: TITLE, defaultRounds: 20, measure };

async function measure(run: Run): Promise<Measurement> {
  const { empty, cleanroom, testcontainers } = await interleave(
    {
      empty: () => processTime("empty", run),
      cleanroom: () => processTime("cleanroom", run),
      testcontainers: () => processTime("testcontainers", run),
    },
    run,
    { settleMs: 0 },
  );
  const ours = summarise(above(cleanroom!, empty!));
  const baseline = { name: testcontainersName, ...summarise(above(testcontainers!, empty!)) };
  const nothing = summarise(empty!);
  const outcome = {
    ...{ id: ID, title: TITLE, unit: "ms" as const, n: run.rounds },
    ...{ cleanroom: ours, baseline, emptyProcess: nothing, judgedBy: "figure" as const },
    ...{ ratio: ours.median, target: MAX_MS, met: ours.median <= MAX_MS },
    ratioToBaseline: round(ours.median / baseline.median),
  };
  const rows = [
    { name: "Cleanroom", summary: ours },
    { name: baseline.name, summary: baseline },
    { name: "the empty process itself", summary: nothing },
  ];
  return { outcome, rows, notes: ["Both are what a process takes more than the empty one of the same round."] };
}

async function processTime(name: string, { signal }: Run): Promise<number> {
  const script = fileURLToPath(new URL(`imports/${name}.mjs`, import.meta.url));
  const startedAtMs = performance.now();
  const child = spawn(process.execPath, [script], { stdio: ["ignore", "ignore", "inherit"], signal });
  const [exitCode] = (await once(child, "exit")) as [number | null];
  if (exitCode !== 0) throw new Error(`importing ${name} ended with ${exitCode ?? "a signal"}`);
  return performance.now() - startedAtMs;
}

function above(samples: readonly number[], floor: readonly number[]): readonly number[] {
  return samples.map((sample, index) => sample - floor[index]!);
}
