import { setTimeout as sleep } from "node:timers/promises";
import { CleanroomEnvironment, redis } from "cleanroom-test";
import { images } from "../harness/subjects.ts";
import { round, summarise } from "../harness/summary.ts";
import type { Measurement, Run, Target } from "../harness/target.ts";
import { TemporaryDirectory } from "../harness/temporary-directory.ts";
import type { Usage } from "../processes/process-status.ts";
import { coordinatorOf, residentMegabytes, usageOf } from "../processes/process-status.ts";

const ID = "P15";
const TITLE = "memory of the coordinator while it owns one service; no wake-ups meanwhile";
const MAX_MEGABYTES = 70;
const IDLE_MS = 10_000;

/** How long it gets to finish what the start of the service left to do, in milliseconds. */
const SETTLE_MS = 5_000;

/** Watches a coordinator that has nothing to do. */
export const idleCoordinator: Target = { id: ID, title: TITLE, defaultRounds: 1, measure };

async function measure(run: Run): Promise<Measurement> {
  using directory = new TemporaryDirectory();
  const { labels, signal } = run;
  const services = { cache: redis(images.redis, { labels }) };
  await using _environment = await CleanroomEnvironment.start({ services }, { rootDirectory: directory.path, signal });
  const pid = coordinatorOf(process.env["CLEANROOM_STATE_DIR"] ?? "");
  const megabytes: number[] = [];
  const idle: Usage[] = [];
  for (let round = 1; round <= run.rounds; round++) {
    await sleep(SETTLE_MS, undefined, { signal });
    const before = usageOf(pid);
    await sleep(IDLE_MS, undefined, { signal });
    idle.push(difference(usageOf(pid), before));
    megabytes.push(residentMegabytes(pid));
    run.progress(`${round}/${run.rounds} ${megabytes.at(-1)?.toFixed(1)} MB, ${JSON.stringify(idle.at(-1))}`);
  }
  const cleanroom = summarise(megabytes);
  const wakeUps = Math.max(...idle.map((usage) => usage.wakeUps));
  const cpuMs = Math.max(...idle.map((usage) => usage.cpuMs));
  const outcome = {
    ...{ id: ID, title: TITLE, unit: "MB" as const, n: run.rounds, judgedBy: "figure" as const },
    ...{ cleanroom, baseline: null, ratio: cleanroom.max, target: MAX_MEGABYTES },
    met: cleanroom.max <= MAX_MEGABYTES && wakeUps === 0,
    ...{ idleSeconds: IDLE_MS / 1000, wakeUps, cpuMs: round(cpuMs), idle },
  };
  const notes = [
    `In ${IDLE_MS / 1000} s without work: ${wakeUps} wake-ups of its threads, ${cpuMs} ms of processor time.`,
  ];
  return { outcome, rows: [{ name: "the coordinator", summary: cleanroom }], notes };
}

function difference(after: Usage, before: Usage): Usage {
  return {
    cpuMs: after.cpuMs - before.cpuMs,
    wakeUps: after.wakeUps - before.wakeUps,
    mainWakeUps: after.mainWakeUps - before.mainWakeUps,
  };
}
