import { setTimeout as sleep } from "node:timers/promises";
import { CleanroomEnvironment, postgres, redis } from "cleanroom-test";
import { judge } from "../harness/judgement.ts";
import { images } from "../harness/subjects.ts";
import { round, summarise } from "../harness/summary.ts";
import type { Measurement, Run, Target } from "../harness/target.ts";
import { TemporaryDirectory } from "../harness/temporary-directory.ts";
import { coordinatorOf, residentMegabytes } from "../processes/process-status.ts";

const ID = "P18";
const TITLE = "cost curve: a container more, a database more, and what the coordinator keeps of it";

/** How many containers there are at a time, and how many databases are taken and given back one after another. */
const SIZES = { containers: [1, 10, 25, 50], databases: [500, 1_000, 2_000] };
const FULL_SIZES = { containers: [1, 10, 50, 100], databases: [1_000, 5_000, 10_000] };

/** How much more the last step of the curve may cost a piece than the second one, where starting things up counts no more. */
const MAX_GROWTH = 1.5;

/** How much the coordinator may keep of a database that was given back, in bytes. */
const MAX_BYTES = 1024;

/** How long the coordinator gets to finish what is under way, in milliseconds. */
const SETTLE_MS = 3_000;

/** Starts more and more, and looks at what each piece costs. */
export const costCurve: Target = { id: ID, title: TITLE, defaultRounds: 1, measure };

/** A step of the curve. */
interface Step {
  /** How many there were. */
  readonly count: number;
  /** What one of them took, in milliseconds. */
  readonly msEach: number;
  /** The coordinator's memory afterwards, in megabytes. */
  readonly coordinatorMb: number;
}

async function measure(run: Run): Promise<Measurement> {
  const sizes = run.isFull ? FULL_SIZES : SIZES;
  using directory = new TemporaryDirectory();
  const containers: Step[] = [];
  for (const count of sizes.containers)
    containers.push(tell(run, "containers", await startMany(count, directory.path, run)));
  const databases = await takeMany(sizes.databases, directory.path, run);
  const judged = {
    "ms a container, last step over second": judge(growthOf(containers), MAX_GROWTH),
    "ms a database, last step over second": judge(growthOf(databases), MAX_GROWTH),
    "bytes kept of a database": judge(bytesKept(databases), MAX_BYTES),
  };
  const cleanroom = summarise(containers.map(({ msEach }) => msEach));
  const first = judged["ms a container, last step over second"];
  const outcome = {
    ...{ id: ID, title: TITLE, unit: "ms" as const, n: 1, judgedBy: "figure" as const, cleanroom, baseline: null },
    ...{ ratio: first.figure, target: first.target, met: Object.values(judged).every(({ met }) => met), judged },
    ...{ containers, databases },
  };
  const notes = [
    ...containers.map((step) => inWords("containers", step)),
    ...databases.map((step) => inWords("databases", step)),
  ];
  return { outcome, rows: [{ name: "a container", summary: cleanroom }], notes };
}

async function startMany(count: number, rootDirectory: string, { labels, signal }: Run): Promise<Step> {
  const services = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `cache${index}`,
      redis(images.redis, { labels, startTimeoutMs: 300_000 }),
    ]),
  );
  const startedAtMs = performance.now();
  await using _environment = await CleanroomEnvironment.start({ services }, { rootDirectory, signal });
  const msEach = round((performance.now() - startedAtMs) / count);
  await sleep(SETTLE_MS, undefined, { signal });
  return { count, msEach, coordinatorMb: memory() };
}

/** One after another: as many are there at the end of each step as at its beginning. */
async function takeMany(counts: readonly number[], rootDirectory: string, run: Run): Promise<readonly Step[]> {
  const services = { db: postgres(images.postgres, { labels: run.labels }) };
  await using environment = await CleanroomEnvironment.start({ services }, { rootDirectory, signal: run.signal });
  const steps: Step[] = [];
  let taken = 0;
  for (const count of counts) {
    const [startedAtMs, before] = [performance.now(), taken];
    for (; taken < count; taken += 1) {
      await using _database = await environment.services.db.isolate({ signal: run.signal });
    }
    const msEach = round((performance.now() - startedAtMs) / (count - before));
    await sleep(SETTLE_MS, undefined, { signal: run.signal });
    steps.push(tell(run, "databases", { count, msEach, coordinatorMb: memory() }));
  }
  return steps;
}

function memory(): number {
  return round(residentMegabytes(coordinatorOf(process.env["CLEANROOM_STATE_DIR"] ?? "")));
}

/** The first step pays for what every further one finds there. */
function growthOf(steps: readonly Step[]): number {
  return round((steps.at(-1)?.msEach ?? 0) / (steps[1]?.msEach ?? 1));
}

function bytesKept(steps: readonly Step[]): number {
  const [first, last] = [steps[0], steps.at(-1)];
  if (first === undefined || last === undefined) return 0;
  const bytes = (last.coordinatorMb - first.coordinatorMb) * 1024 * 1024;
  return Math.max(0, Math.round(bytes / (last.count - first.count)));
}

function tell(run: Run, what: string, step: Step): Step {
  run.progress(inWords(what, step));
  return step;
}

function inWords(what: string, { count, msEach, coordinatorMb }: Step): string {
  return `${count} ${what}: ${msEach} ms each, coordinator ${coordinatorMb} MB`;
}
