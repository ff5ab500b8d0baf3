import { CleanroomEnvironment, container } from "cleanroom-test";
import { GenericContainer } from "testcontainers";
import { Engine } from "../engine/engine.ts";
import { interleave } from "../harness/interleave.ts";
import { images, testcontainersName } from "../harness/subjects.ts";
import { round, summarise } from "../harness/summary.ts";
import type { Measurement, Run, Target } from "../harness/target.ts";

const ID = "P13";
const CONTAINERS = 10;
const TITLE = `${CONTAINERS} containers stopped gracefully and removed`;
const MAX_RATIO = 1;
const WEB_PORT = 8080;

/** How long a container may take to stop, in milliseconds; the same for both sides. None needs it. */
const GRACE_MS = 10_000;

const notes = [
  "Cleanroom: cleanup() of an environment, up to its report; each container stopped by its signal, with exit code 0.",
  `${testcontainersName}: the ${CONTAINERS} stop({ timeout: ${GRACE_MS} })s in one Promise.all, no Ryuk.`,
  "killed: the same with stop(), whose default gives no time to stop.",
];

/** Ends containers that run, which is looked up in the engine. */
export const teardown: Target = { id: ID, title: TITLE, defaultRounds: 10, measure };

async function measure(run: Run): Promise<Measurement> {
  using engine = new Engine();
  const samples = await interleave(
    {
      cleanroom: () => tearDownWithCleanroom(run, engine),
      graceful: () => tearDownWithTestcontainers(GRACE_MS, run, engine),
      killed: () => tearDownWithTestcontainers(undefined, run, engine),
    },
    run,
  );
  const cleanroom = summarise(samples["cleanroom"]!);
  const baseline = { name: testcontainersName, ...summarise(samples["graceful"]!) };
  const baselineKilled = { name: `${testcontainersName}, killed`, ...summarise(samples["killed"]!) };
  const ratio = round(cleanroom.median / baseline.median);
  const outcome = {
    ...{ id: ID, title: TITLE, unit: "ms" as const, n: run.rounds, cleanroom, baseline, baselineKilled },
    ...{ judgedBy: "ratio" as const, ratio, target: MAX_RATIO, met: ratio <= MAX_RATIO },
    ratioToKilled: round(cleanroom.median / baselineKilled.median),
  };
  const rows = [
    { name: "Cleanroom", summary: cleanroom },
    ...[baseline, baselineKilled].map((summary) => ({ name: summary.name, summary })),
  ];
  return { outcome, rows, notes: [...notes, `Over the killed ones: ${outcome.ratioToKilled}.`] };
}

async function tearDownWithCleanroom({ labels, signal }: Run, engine: Engine): Promise<number> {
  const web = () => container(images.service, { labels, ports: [WEB_PORT], stopGraceMs: GRACE_MS });
  const services = Object.fromEntries(Array.from({ length: CONTAINERS }, (_, index) => [`web${index}`, web()]));
  await using environment = await CleanroomEnvironment.start({ services }, { signal });
  const startedAtMs = performance.now();
  const { containers } = await environment.cleanup();
  const tookMs = performance.now() - startedAtMs;
  const graceful = containers.filter(({ outcome, exitCode }) => outcome === "stopped" && exitCode === 0);
  if (graceful.length !== CONTAINERS) throw new Error(`${graceful.length} of ${CONTAINERS} stopped by themselves.`);
  await assertGone(engine, labels);
  return tookMs;
}

async function tearDownWithTestcontainers(
  timeout: number | undefined,
  { labels }: Run,
  engine: Engine,
): Promise<number> {
  const start = () =>
    new GenericContainer(images.service)
      .withExposedPorts(WEB_PORT)
      .withLabels({ ...labels })
      .start();
  const started = await Promise.all(Array.from({ length: CONTAINERS }, start));
  const startedAtMs = performance.now();
  await Promise.all(started.map((one) => one.stop(timeout === undefined ? {} : { timeout })));
  const tookMs = performance.now() - startedAtMs;
  await assertGone(engine, labels);
  return tookMs;
}

async function assertGone(engine: Engine, labels: Run["labels"]): Promise<void> {
  const { length } = await engine.listContainers(labels);
  if (length > 0) throw new Error(`${length} of ${CONTAINERS} containers are still there.`);
}
