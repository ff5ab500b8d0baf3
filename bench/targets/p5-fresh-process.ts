import { CleanroomEnvironment, postgres, redis } from "cleanroom-test";
import { interleave } from "../harness/interleave.ts";
import { images, testcontainersName } from "../harness/subjects.ts";
import { round, summarise } from "../harness/summary.ts";
import type { Measurement, Run, Target } from "../harness/target.ts";
import { TemporaryDirectory } from "../harness/temporary-directory.ts";
import { Spawned } from "../processes/spawned.ts";

const ID = "P5";
const TITLE = "a fresh process gets a running service and its URL, from its start to its end";
const MAX_RATIO = 0.2;

const notes = [
  "Cleanroom: import, CleanroomEnvironment.start, the URL, cleanup; the service is kept running by another process.",
  "Reuse: import of the module, withReuse().start(), the URL; tuned: a log wait in place of Postgres' health check and port.",
  "The ratio is the worse of Redis' and Postgres'.",
];

/** Measures whole processes that want a service which others use already. */
export const freshProcess: Target = { id: ID, title: TITLE, defaultRounds: 15, measure };

async function measure(run: Run): Promise<Measurement> {
  using directory = new TemporaryDirectory();
  const { labels, signal } = run;
  const services = { redis: redis(images.redis, { labels }), postgres: postgres(images.postgres, { labels }) };
  await using _keeper = await CleanroomEnvironment.start({ services }, { rootDirectory: directory.path, signal });
  const side =
    (program: string, service: string, tuned = "no") =>
    (): Promise<number> =>
      processTime(program, directory.path, run, { BENCH_SERVICE: service, BENCH_TUNED: tuned });
  const samples = await interleave(
    {
      redis: side("fresh-cleanroom", "redis"),
      "redis reuse": side("fresh-testcontainers", "redis"),
      postgres: side("fresh-cleanroom", "postgres"),
      "postgres reuse": side("fresh-testcontainers", "postgres"),
      "postgres reuse, tuned": side("fresh-testcontainers", "postgres", "yes"),
    },
    run,
    { settleMs: 0 },
  );
  const rows = Object.entries(samples).map(([name, list]) => ({ name, summary: summarise(list) }));
  const [cleanroom, reuse, ourPostgres, theirPostgres, theirTuned] = rows.map(({ summary }) => summary);
  const ratios = {
    redis: round(cleanroom!.median / reuse!.median),
    postgres: round(ourPostgres!.median / theirPostgres!.median),
    postgresTuned: round(ourPostgres!.median / theirTuned!.median),
  };
  const ratio = Math.max(ratios.redis, ratios.postgres);
  const outcome = {
    ...{ id: ID, title: TITLE, unit: "ms" as const, n: run.rounds, judgedBy: "ratio" as const },
    ...{ cleanroom: cleanroom!, baseline: { name: `${testcontainersName}, reuse`, ...reuse! } },
    ...{ ratio, target: MAX_RATIO, met: ratio <= MAX_RATIO, ratios },
    postgres: { cleanroom: ourPostgres, baseline: theirPostgres, baselineTuned: theirTuned },
  };
  return { outcome, rows, notes };
}

async function processTime(
  program: string,
  directory: string,
  run: Run,
  variables: Readonly<Record<string, string>>,
): Promise<number> {
  const startedAtMs = performance.now();
  using spawned = new Spawned(program, {
    ...{ directory, run },
    environment: { TESTCONTAINERS_REUSE_ENABLE: "true", ...variables },
  });
  await spawned.line();
  await spawned.end();
  return performance.now() - startedAtMs;
}
