import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Engine } from "../engine/engine.ts";
import { summarise } from "../harness/summary.ts";
import type { Measurement, Run, Target } from "../harness/target.ts";
import { TemporaryDirectory } from "../harness/temporary-directory.ts";
import { Spawned } from "../processes/spawned.ts";

const ID = "P12";
const CONTAINERS = 10;
const TITLE = `SIGKILL of a process with ${CONTAINERS} containers, until none is left`;
const MAX_MS = 2000;
const PAUSE_MS = 10;

/** Kills a process that has containers and watches them go. */
export const killedProcess: Target = { id: ID, title: TITLE, defaultRounds: 5, measure };

async function measure(run: Run): Promise<Measurement> {
  using engine = new Engine();
  using directory = new TemporaryDirectory();
  const times: number[] = [];
  for (let round = 1; round <= run.rounds; round++) {
    times.push(await measureRound(directory.path, engine, run));
    run.progress(`${round}/${run.rounds} ${times.at(-1)?.toFixed(0)}`);
  }
  const cleanroom = summarise(times);
  const outcome = {
    ...{ id: ID, title: TITLE, unit: "ms" as const, n: run.rounds, judgedBy: "figure" as const },
    ...{ cleanroom, baseline: null, ratio: cleanroom.max, target: MAX_MS, met: cleanroom.max <= MAX_MS },
  };
  const notes = [
    "Judged by the slowest round. Ryuk, Testcontainers' reaper, waits 10 s before it begins (RYUK_RECONNECTION_TIMEOUT);",
    "it is not measured here, because its image cannot be had everywhere.",
  ];
  return { outcome, rows: [{ name: "Cleanroom", summary: cleanroom }], notes };
}

async function measureRound(directory: string, engine: Engine, run: Run): Promise<number> {
  using spawned = new Spawned("ten-containers", { directory, run });
  await spawned.line();
  const { length } = await engine.listContainers(run.labels);
  if (length !== CONTAINERS) throw new Error(`There are ${length} containers instead of ${CONTAINERS}.`);
  const exited = once(spawned.child, "exit");
  const killedAtMs = performance.now();
  spawned.child.kill("SIGKILL");
  while ((await engine.listContainers(run.labels)).length > 0) await sleep(PAUSE_MS, undefined, { signal: run.signal });
  const tookMs = performance.now() - killedAtMs;
  await exited;
  return tookMs;
}
