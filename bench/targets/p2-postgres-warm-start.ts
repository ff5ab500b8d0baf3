import { CleanroomEnvironment } from "cleanroom-test";
import { WarmImagesOf } from "../engine/warm-image.ts";
import { interleave } from "../harness/interleave.ts";
import { testcontainersName } from "../harness/subjects.ts";
import { round, summarise } from "../harness/summary.ts";
import type { Measurement, Run, Target } from "../harness/target.ts";
import { TemporaryDirectory } from "../harness/temporary-directory.ts";
import { defaultContainer, startWithCleanroom, startWithTestcontainers, tunedContainer } from "./postgres-start.ts";

const ID = "P2";
const TITLE = "Postgres from nothing to the first query, a warm image present";
const MAX_RATIO = 0.16;

const notes = [
  "As P1, but what initialisation made is in an image. A state directory of its own; an open environment.",
  `${testcontainersName}: new PostgreSqlContainer(image).start(); tuned: tmpfs, no flushing, waits for the log line.`,
];

/** Starts Postgres from a warm image, again and again, until a client has its first answer. */
export const postgresWarmStart: Target = { id: ID, title: TITLE, defaultRounds: 10, measure };

async function measure(run: Run): Promise<Measurement> {
  using directory = new TemporaryDirectory();
  const before = process.env["CLEANROOM_STATE_DIR"];
  process.env["CLEANROOM_STATE_DIR"] = directory.path;
  try {
    return await measureIn(directory.path, run);
  } finally {
    if (before === undefined) delete process.env["CLEANROOM_STATE_DIR"];
    else process.env["CLEANROOM_STATE_DIR"] = before;
  }
}

async function measureIn(stateDirectory: string, run: Run): Promise<Measurement> {
  await using warmImages = new WarmImagesOf(stateDirectory);
  const starts: boolean[] = [];
  await using environment = await CleanroomEnvironment.start(
    { services: {}, warmImages: true },
    { signal: run.signal, listeners: { "container:ready": ({ isWarm }) => void starts.push(isWarm) } },
  );
  const firstMs = await startWithCleanroom(environment, run);
  const askedAtMs = performance.now();
  await warmImages.appeared(run.signal);
  run.progress(`the image was there ${(performance.now() - askedAtMs).toFixed(0)} ms after the first server's end`);
  const samples = await interleave(
    {
      cleanroom: () => startWithCleanroom(environment, run),
      default: () => startWithTestcontainers(defaultContainer(), run),
      tuned: () => startWithTestcontainers(tunedContainer(), run),
    },
    run,
  );
  if (starts.slice(1).includes(false)) throw new Error("A start was not warm.");
  return measurementOf(samples, firstMs, run);
}

function measurementOf(
  samples: Readonly<Record<string, readonly number[]>>,
  firstMs: number,
  { rounds }: Run,
): Measurement {
  const cleanroom = summarise(samples["cleanroom"]!);
  const baseline = { name: testcontainersName, ...summarise(samples["default"]!) };
  const baselineTuned = { name: `${testcontainersName}, tuned`, ...summarise(samples["tuned"]!) };
  const ratio = round(cleanroom.median / baseline.median);
  const outcome = {
    ...{ id: ID, title: TITLE, unit: "ms" as const, n: rounds, cleanroom, baseline, baselineTuned },
    ...{ judgedBy: "ratio" as const, ratio, target: MAX_RATIO, met: ratio <= MAX_RATIO },
    ...{ ratioTuned: round(cleanroom.median / baselineTuned.median), firstMs: round(firstMs) },
  };
  const rows = [
    { name: "Cleanroom, warm", summary: cleanroom },
    ...[baseline, baselineTuned].map((summary) => ({ name: summary.name, summary })),
  ];
  const once = `The start that made the image took ${firstMs.toFixed(0)} ms, once.`;
  return { outcome, rows, notes: [...notes, once, `Against the tuned one: ${outcome.ratioTuned}.`] };
}
