import { setTimeout as sleep } from "node:timers/promises";
import type { ContainerOptions } from "cleanroom-test";
import { CleanroomEnvironment, container, http } from "cleanroom-test";
import { images } from "../harness/subjects.ts";
import type { Summary } from "../harness/summary.ts";
import { round, summarise } from "../harness/summary.ts";
import type { Measurement, Run, Target } from "../harness/target.ts";
import { TemporaryDirectory } from "../harness/temporary-directory.ts";
import { coordinatorOf, processesCalled, usageOf } from "../processes/process-status.ts";

const ID = "P16";
const CONTAINERS = 20;
const TITLE = `supervision of ${CONTAINERS} containers, their health and what they use, every second: share of one core`;
const MAX_PERCENT = 5;
const WATCHED_MS = 20_000;

/** How long everybody gets to finish what the starts left to do, in milliseconds. */
const SETTLE_MS = 5_000;

/** A rule that never acts, so that its container is looked at. */
const resources = { intervalMs: 1_000, rules: [{ metric: "memoryBytes", above: 1e12, action: "alert" }] } as const;

/** Who works for supervision. */
const workers = ["coordinator", "dockerd", "containerd"] as const;

/** Processor time of each, as a share of one core, in per cent. */
type Shares = Readonly<Record<(typeof workers)[number], number>>;

/** Watches who does what while containers are looked after, and while they are not. */
export const supervision: Target = { id: ID, title: TITLE, defaultRounds: 3, measure };

async function measure(run: Run): Promise<Measurement> {
  const idle = await sharesWith({}, run, "without supervision");
  const watched = await sharesWith({ supervision: { intervalMs: 1_000 }, resources }, run, "supervised");
  const summaries = (all: readonly Shares[]): Readonly<Record<keyof Shares, Summary>> => ({
    coordinator: summarise(all.map(({ coordinator }) => coordinator)),
    dockerd: summarise(all.map(({ dockerd }) => dockerd)),
    containerd: summarise(all.map(({ containerd }) => containerd)),
  });
  const [before, during] = [summaries(idle), summaries(watched)];
  const above = (name: keyof Shares): number => round(during[name].median - before[name].median);
  const outcome = {
    ...{ id: ID, title: TITLE, unit: "%" as const, n: run.rounds, judgedBy: "figure" as const },
    ...{ cleanroom: during.coordinator, baseline: null, ratio: above("coordinator"), target: MAX_PERCENT },
    met: above("coordinator") <= MAX_PERCENT,
    ...{ dockerdPercent: above("dockerd"), containerdPercent: above("containerd"), idle: before, supervised: during },
  };
  const rows = workers.flatMap((name) => [
    { name: `${name}, nobody looks`, summary: before[name] },
    { name: `${name}, supervised`, summary: during[name] },
  ]);
  const notes = [
    `Above idle: the coordinator ${above("coordinator")} %, dockerd ${above("dockerd")} %, containerd ${above("containerd")} %.`,
  ];
  return { outcome, rows, notes };
}

async function sharesWith(options: ContainerOptions, run: Run, what: string): Promise<readonly Shares[]> {
  using directory = new TemporaryDirectory();
  const { labels, signal } = run;
  const names = Array.from({ length: CONTAINERS }, (_, index) => `app${index}`);
  const common = { labels, ports: [8080], health: http({ port: 8080 }), stopGraceMs: 0 };
  const services = Object.fromEntries(
    names.map((name) => [name, container(images.service, { ...common, ...options })]),
  );
  await using _environment = await CleanroomEnvironment.start({ services }, { rootDirectory: directory.path, signal });
  await sleep(SETTLE_MS, undefined, { signal });
  const shares: Shares[] = [];
  for (let turn = 1; turn <= run.rounds; turn++) {
    shares.push(await sharesOver(WATCHED_MS, signal));
    run.progress(`${what} ${turn}/${run.rounds} ${JSON.stringify(shares.at(-1))}`);
  }
  return shares;
}

async function sharesOver(durationMs: number, signal: AbortSignal): Promise<Shares> {
  const pids = {
    coordinator: [coordinatorOf(process.env["CLEANROOM_STATE_DIR"] ?? "")],
    dockerd: processesCalled("dockerd"),
    containerd: processesCalled("containerd"),
  };
  const usedMs = (name: keyof Shares): number => pids[name].reduce((total, pid) => total + usageOf(pid).cpuMs, 0);
  const startedAtMs = performance.now();
  const before = workers.map(usedMs);
  await sleep(durationMs, undefined, { signal });
  const tookMs = performance.now() - startedAtMs;
  const [coordinator, dockerd, containerd] = workers.map((name, index) =>
    round(((usedMs(name) - before[index]!) / tookMs) * 100),
  );
  return { coordinator: coordinator!, dockerd: dockerd!, containerd: containerd! };
}
