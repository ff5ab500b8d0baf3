import { CleanroomEnvironment } from "cleanroom-test";
import { interleave } from "../harness/interleave.ts";
import { testcontainersName } from "../harness/subjects.ts";
import { round, summarise } from "../harness/summary.ts";
import type { Measurement, Run, Target } from "../harness/target.ts";
import { defaultContainer, startWithCleanroom, startWithTestcontainers, tunedContainer } from "./postgres-start.ts";

const ID = "P1";
const TITLE = "Postgres from nothing to the first query, never initialised before";
const MAX_RATIO = 0.5;

const notes = [
  "Image present, no warm image; an open environment. No migrations; Cleanroom makes its template as well.",
  `${testcontainersName}: new PostgreSqlContainer(image).start(); tuned: tmpfs, no flushing, waits for the log line.`,
];

/** Starts Postgres from its image, again and again, until a client has its first answer. */
export const postgresStart: Target = { id: ID, title: TITLE, defaultRounds: 10, measure };

async function measure(run: Run): Promise<Measurement> {
  const config = { services: {}, warmImages: false };
  await using environment = await CleanroomEnvironment.start(config, { signal: run.signal });
  const samples = await interleave(
    {
      cleanroom: () => startWithCleanroom(environment, run),
      default: () => startWithTestcontainers(defaultContainer(), run),
      tuned: () => startWithTestcontainers(tunedContainer(), run),
    },
    run,
  );
  const cleanroom = summarise(samples["cleanroom"]!);
  const baseline = { name: testcontainersName, ...summarise(samples["default"]!) };
  const baselineTuned = { name: `${testcontainersName}, tuned`, ...summarise(samples["tuned"]!) };
  const ratio = round(cleanroom.median / baseline.median);
  const outcome = {
    ...{ id: ID, title: TITLE, unit: "ms" as const, n: run.rounds, cleanroom, baseline, baselineTuned },
    ...{ judgedBy: "ratio" as const, ratio, target: MAX_RATIO, met: ratio <= MAX_RATIO },
    ratioTuned: round(cleanroom.median / baselineTuned.median),
  };
  const rows = [
    { name: "Cleanroom", summary: cleanroom },
    ...[baseline, baselineTuned].map((summary) => ({ name: summary.name, summary })),
  ];
  return { outcome, rows, notes: [...notes, `Against the tuned one: ${outcome.ratioTuned}.`] };
}
