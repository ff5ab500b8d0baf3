import { fileURLToPath } from "node:url";
import { CleanroomEnvironment, postgres } from "cleanroom-test";
import { Isolated } from "../databases/isolated.ts";
import { Restored } from "../databases/restored.ts";
import { interleave } from "../harness/interleave.ts";
import { judge } from "../harness/judgement.ts";
import { images, testcontainersName } from "../harness/subjects.ts";
import type { Summary } from "../harness/summary.ts";
import { summarise } from "../harness/summary.ts";
import type { Measurement, Run, Target } from "../harness/target.ts";
import { defaultPostgres, tunedPostgres } from "../suites/postgres-container.ts";

const ID = "P6";
const TITLE = "a database for one test, until its first query is answered: a burst from a warm pool";
const MAX_BURST_RATIO = 0.04;
const MAX_SUSTAINED_RATIO = 0.05;
const MAX_HAND_OUT_MS = 2;

/** How many databases a burst takes: as many as the pool makes ahead of need. */
const BURST = 16;
/** How many tests one sustained sample has. */
const SUSTAINED = 200;
/** How many times a database is restored in a round. */
const RESTORES = 3;

const schema = fileURLToPath(new URL("../suites/note.sql", import.meta.url));

const notes = [
  `burst: ${BURST} tests in a row, which give their databases back after the last; hand-out: isolate() alone, of these.`,
  `sustained: ${SUSTAINED} tests one after the other, isolate(), connect, query, end, give back, until all are dropped and as many`,
  "are ready again; the time of all by their number. A restore drops and copies within its own time.",
  `${testcontainersName}: restoreSnapshot() and a new connection; on disk and flushed, its health check running meanwhile.`,
  "tuned: data in memory, nothing flushed, no health check. So are Cleanroom's databases, by default.",
];

/** Takes a database for each of many tests, and restores one for each, on servers that run. */
export const databaseEach: Target = { id: ID, title: TITLE, defaultRounds: 10, measure };

async function measure(run: Run): Promise<Measurement> {
  const { labels, signal } = run;
  const services = { db: postgres(images.postgres, { labels, migrations: [schema] }) };
  await using environment = await CleanroomEnvironment.start({ services }, { signal });
  await using isolated = await Isolated.open(environment.services.db, signal);
  await using restored = await Restored.start(defaultPostgres(), schema, run);
  await using restoredTuned = await Restored.start(tunedPostgres(), schema, run);
  const handOuts: (readonly number[])[] = [];
  const burst = async (): Promise<readonly number[]> => {
    const taken = await isolated.burst(BURST);
    handOuts.push(taken.map(({ handedOutMs }) => handedOutMs));
    return taken.map(({ answeredMs }) => answeredMs);
  };
  const samples = await interleave(
    {
      burst,
      restore: () => restored.restore(RESTORES),
      sustained: () => isolated.sustained(SUSTAINED),
      "restore, tuned": () => restoredTuned.restore(RESTORES),
    },
    run,
  );
  const megabytes = { cleanroom: await isolated.megabytes(), baseline: await restored.megabytes() };
  const figures = {
    burst: summarise(samples["burst"]!),
    sustained: summarise(samples["sustained"]!),
    handOut: summarise(handOuts.slice(1).flat()), // The first is the warm-up's.
    restore: summarise(samples["restore"]!),
    tuned: summarise(samples["restore, tuned"]!),
  };
  return measurementOf(figures, run, megabytes);
}

/** What was measured, by what. */
type Figures = Readonly<Record<"burst" | "sustained" | "handOut" | "restore" | "tuned", Summary>>;

function measurementOf(figures: Figures, run: Run, megabytes: Readonly<Record<string, number>>): Measurement {
  const { burst, sustained, handOut, restore, tuned } = figures;
  const judged = {
    burst: judge(ratioOf(burst, restore), MAX_BURST_RATIO),
    sustained: judge(ratioOf(sustained, restore), MAX_SUSTAINED_RATIO),
    "hand-out": judge(handOut.median, MAX_HAND_OUT_MS),
  };
  const tunedRatios = { burst: ratioOf(burst, tuned), sustained: ratioOf(sustained, tuned) };
  const outcome = {
    ...{ id: ID, title: TITLE, unit: "ms" as const, n: run.rounds, cleanroom: burst },
    baseline: { name: `${testcontainersName}, restoreSnapshot`, ...restore },
    baselineTuned: { name: `${testcontainersName}, restoreSnapshot, tuned`, ...tuned },
    ...{ judgedBy: "ratio" as const, ratio: judged.burst.figure, target: MAX_BURST_RATIO },
    met: Object.values(judged).every(({ met }) => met),
    ...{ judged, ratiosToTuned: tunedRatios, sustained, handOut },
    database: { megabytes, durable: { cleanroom: false, baseline: true, baselineTuned: false } },
  };
  const rows = [
    { name: "Cleanroom, burst", summary: burst },
    { name: "Cleanroom, sustained, a test", summary: sustained },
    { name: "Cleanroom, hand-out alone", summary: handOut },
    ...[outcome.baseline, outcome.baselineTuned].map((summary) => ({ name: summary.name, summary })),
  ];
  const about = `Over the tuned one: burst ${tunedRatios.burst}, sustained ${tunedRatios.sustained}.`;
  const size = `A database has ${megabytes["cleanroom"]} MB, that of Testcontainers ${megabytes["baseline"]} MB.`;
  return { outcome, rows, notes: [about, size, ...notes] };
}

/** Median over median to a thousandth: the targets are hundredths. */
function ratioOf(ours: Summary, theirs: Summary): number {
  return Math.round((1000 * ours.median) / theirs.median) / 1000;
}
