import { Engine } from "../engine/engine.ts";
import { interleave } from "../harness/interleave.ts";
import { judge } from "../harness/judgement.ts";
import { testcontainersName } from "../harness/subjects.ts";
import type { Summary } from "../harness/summary.ts";
import { round, summarise } from "../harness/summary.ts";
import type { Measurement, Run, Target } from "../harness/target.ts";
import { Suite, TESTS_PER_FILE } from "../processes/suite.ts";

const ID = "P7";
const TITLE = "a whole `vitest run`, every test with data of its own, by databases that are cloned, or reset";
const FULL_FILES = 40;
const DEFAULT_FILES = 20;
const MAX_RATIO = 0.15;
const MAX_RATIO_OF_RESET = 0.1;
const MAX_RATIO_TO_SNAPSHOT = 0.3;

const notes = [
  "4 workers on both sides, except for snapshots, which only one test at a time can use. Cleanroom starts from nothing.",
  "Container per file: its tests share one connection and tell their rows apart; its containers are stopped within the time.",
  "Snapshot: one container, restoreSnapshot() ahead of every test; removed after the time is taken.",
  "tuned: data in memory, nothing flushed, a log wait, no health check.",
];

/** Runs the same suite with Cleanroom and in the ways that one has without. */
export const wholeSuite: Target = { id: ID, title: TITLE, defaultRounds: 2, measure };

async function measure(run: Run): Promise<Measurement> {
  const files = run.isFull ? FULL_FILES : DEFAULT_FILES;
  using clone = new Suite("clone", files);
  using perFile = new Suite("container-per-file", files);
  using snapshot = new Suite("snapshot", files);
  const tuned = { BENCH_TUNED: "yes" };
  const reset = { BENCH_MODE: "reset" };
  const samples = await interleave(
    {
      cleanroom: () => clone.timeOf(run),
      reset: () => clone.timeOf(run, reset),
      perFile: () => perFile.timeOf(run),
      perFileTuned: () => perFile.timeOf(run, tuned),
      snapshot: () => timeAndRemove(snapshot, run),
      snapshotTuned: () => timeAndRemove(snapshot, run, tuned),
    },
    run,
    { warmUpRounds: 0 }, // It would take minutes, and warm up what is a small part of these processes.
  );
  const figures = {
    cleanroom: summarise(samples["cleanroom"]!),
    reset: summarise(samples["reset"]!),
    perFile: summarise(samples["perFile"]!),
    perFileTuned: summarise(samples["perFileTuned"]!),
    snapshot: summarise(samples["snapshot"]!),
    snapshotTuned: summarise(samples["snapshotTuned"]!),
  };
  return measurementOf(figures, run, files);
}

/** What was measured, by what. */
type Figures = Readonly<
  Record<"cleanroom" | "reset" | "perFile" | "perFileTuned" | "snapshot" | "snapshotTuned", Summary>
>;

function measurementOf({ cleanroom, reset, ...theirs }: Figures, run: Run, files: number): Measurement {
  const over = ({ median }: Summary, ours = cleanroom): number => round(ours.median / median);
  const judged = {
    "container per file": judge(over(theirs.perFile), MAX_RATIO),
    "container per file, reset": judge(over(theirs.perFile, reset), MAX_RATIO_OF_RESET),
    snapshots: judge(over(theirs.snapshot), MAX_RATIO_TO_SNAPSHOT),
  };
  const ratiosToTuned = { containerPerFile: over(theirs.perFileTuned), snapshot: over(theirs.snapshotTuned) };
  const named = (name: string, summary: Summary) => ({ name: `${testcontainersName}, ${name}`, ...summary });
  const perFile = {
    baseline: named("container per file", theirs.perFile),
    baselineTuned: named("container per file, tuned", theirs.perFileTuned),
  };
  const snapshot = {
    baseline: named("snapshot, 1 worker", theirs.snapshot),
    baselineTuned: named("snapshot, 1 worker, tuned", theirs.snapshotTuned),
  };
  const outcome = {
    ...{ id: ID, title: TITLE, unit: "ms" as const, n: run.rounds, cleanroom, ...perFile },
    ...{ judgedBy: "ratio" as const, ratio: over(theirs.perFile), target: MAX_RATIO },
    met: Object.values(judged).every(({ met }) => met),
    ...{ judged, ratiosToTuned, snapshot },
    size: { files, testsPerFile: TESTS_PER_FILE, workers: 4, isFull: run.isFull },
    reset,
  };
  const peers = [...Object.values(perFile), ...Object.values(snapshot)];
  const rows = [
    { name: "Cleanroom, clone", summary: cleanroom },
    { name: "Cleanroom, reset", summary: reset },
    ...peers.map((summary) => ({ name: summary.name, summary })),
  ];
  const tuned = `Over the tuned ones: container per file ${ratiosToTuned.containerPerFile}, snapshots ${ratiosToTuned.snapshot}.`;
  return { outcome, rows, notes: [aboutSize(files), tuned, ...notes] };
}

function aboutSize(files: number): string {
  const size = `${files} files of ${TESTS_PER_FILE} tests`;
  if (files === FULL_FILES) return `${size}, the full size.`;
  return `${size}. The targets are for ${FULL_FILES} files: --full measures those, and takes twice as long.`;
}

/** Its container has to be the only one: otherwise files did not share it. */
async function timeAndRemove(suite: Suite, run: Run, environment?: Readonly<Record<string, string>>): Promise<number> {
  const tookMs = await suite.timeOf(run, environment);
  using engine = new Engine();
  const containers = await engine.listContainers(run.labels);
  for (const { Id } of containers) await engine.removeContainer(Id);
  if (containers.length !== 1) throw new Error(`The suite left ${containers.length} containers instead of one.`);
  return tookMs;
}
