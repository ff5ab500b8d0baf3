import { CleanroomEnvironment, redis } from "cleanroom-test";
import { CallTrace } from "../engine/call-trace.ts";
import { interleave } from "../harness/interleave.ts";
import { images } from "../harness/subjects.ts";
import { summarise } from "../harness/summary.ts";
import type { Measurement, Run, Target } from "../harness/target.ts";

const ID = "P14";
const HITS = 1000;
const TITLE = `${HITS} hits on a running singleton, one after the other, without asking the engine`;
const MAX_MS = 50;

/** Asks for a service that runs, a thousand times, and counts what leaves the process meanwhile. */
export const singletonHits: Target = { id: ID, title: TITLE, defaultRounds: 30, measure };

async function measure(run: Run): Promise<Measurement> {
  await using environment = await CleanroomEnvironment.start({ services: {} }, { signal: run.signal });
  const hit = (): Promise<unknown> =>
    environment.getOrCreateContainer("cache", () => redis(images.redis, { labels: run.labels }), {
      signal: run.signal,
    });
  const start = await counted(hit);
  const counts: Counted[] = [];
  const samples = await interleave({ hits: () => hitOften(hit, counts) }, run, { settleMs: 0 });
  const cleanroom = summarise(samples["hits"]!);
  const engineCalls = sum(counts.map(({ requests }) => requests));
  const connections = sum(counts.map((count) => count.connections));
  const outcome = {
    ...{
      id: ID,
      title: TITLE,
      unit: "ms" as const,
      n: run.rounds,
      cleanroom,
      baseline: null,
      judgedBy: "figure" as const,
    },
    ...{ ratio: cleanroom.median, target: MAX_MS, met: cleanroom.median <= MAX_MS && engineCalls === 0 },
    ...{ engineCalls, connections, engineCallsOfStart: start.requests },
  };
  const rows = [{ name: `Cleanroom, ${HITS} hits`, summary: cleanroom }];
  const seen = `In all rounds ${engineCalls} HTTP requests and ${connections} connections left the process`;
  return {
    outcome,
    rows,
    notes: [`${seen}; the start made ${start.requests} (counted by Node's diagnostics channels).`],
  };
}

/** What left the process meanwhile. */
interface Counted {
  readonly requests: number;
  readonly connections: number;
}

async function hitOften(hit: () => Promise<unknown>, counts: Counted[]): Promise<number> {
  const startedAtMs = performance.now();
  const count = await counted(async () => {
    for (let hits = 0; hits < HITS; hits++) await hit();
  });
  const tookMs = performance.now() - startedAtMs;
  counts.push(count);
  return tookMs;
}

async function counted(work: () => Promise<unknown>): Promise<Counted> {
  using trace = new CallTrace();
  await work();
  return { requests: trace.requests, connections: trace.connections };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
