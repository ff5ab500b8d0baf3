import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { Engine } from "../engine/engine.ts";
import { summarise } from "../harness/summary.ts";
import type { Measurement, Run, Target } from "../harness/target.ts";
import { TemporaryDirectory } from "../harness/temporary-directory.ts";
import { Spawned } from "../processes/spawned.ts";

const ID = "P11";
const PROCESSES = 16;
const TITLE = `${PROCESSES} processes want one Postgres with a 1 s migration at once: the slowest beyond its creator`;
const MAX_MS = 100;

const migration = `
create table migrated (at timestamptz);
insert into migrated values (now());
select pg_sleep(1);
`;

/** What a process tells. */
interface Wait {
  readonly waitedMs: number;
  readonly isCreator: boolean;
  readonly id: string;
  readonly url: string;
}

/** Lets many processes ask for what does not exist yet. */
export const stampede: Target = { id: ID, title: TITLE, defaultRounds: 5, measure };

async function measure(run: Run): Promise<Measurement> {
  using engine = new Engine();
  using directory = new TemporaryDirectory();
  await writeFile(join(directory.path, "migration.sql"), migration);
  const rounds: Round[] = [];
  for (let round = 1; round <= run.rounds; round++) {
    const figures = await measureRound(directory.path, engine, run);
    rounds.push(figures);
    run.progress(`${round}/${run.rounds} ${JSON.stringify(figures)}`);
  }
  const lag = summarise(rounds.map(({ slowestMs, creatorMs }) => slowestMs - creatorMs));
  const creator = summarise(rounds.map(({ creatorMs }) => creatorMs));
  const slowest = summarise(rounds.map(({ slowestMs }) => slowestMs));
  const isSingle = rounds.every(({ containers, migrations, creators }) =>
    [containers, migrations, creators].every((n) => n === 1),
  );
  const outcome = {
    ...{ id: ID, title: TITLE, unit: "ms" as const, n: run.rounds, judgedBy: "figure" as const },
    ...{ cleanroom: lag, baseline: null, ratio: lag.max, target: MAX_MS, met: isSingle && lag.max <= MAX_MS },
    ...{ creator, slowest, isSingle, roundsWithOne: rounds.filter(({ containers }) => containers === 1).length },
  };
  const rows = [
    { name: "the slowest beyond the creator", summary: lag },
    { name: "the creator", summary: creator },
    { name: "the slowest", summary: slowest },
  ];
  const single = isSingle ? "One container and one migration in every round." : "MORE THAN ONE in some round.";
  return { outcome, rows, notes: [single, "Times are from the moment a process that has imported the library asks."] };
}

/** What one round found. */
interface Round {
  readonly creatorMs: number;
  readonly slowestMs: number;
  readonly containers: number;
  readonly creators: number;
  readonly migrations: number;
}

async function measureRound(directory: string, engine: Engine, run: Run): Promise<Round> {
  const members = Array.from({ length: PROCESSES }, () => new Spawned("stampede", { directory, run }));
  try {
    for (const member of members) await member.line();
    for (const member of members) member.tell("go");
    const waits = await Promise.all(members.map(async (member) => JSON.parse(await member.line()) as Wait));
    const containers = await engine.listContainers(run.labels);
    const migrations = await migrationsOf(waits[0]!.url);
    for (const member of members) member.tell("end");
    await Promise.all(members.map((member) => member.end()));
    while ((await engine.listContainers(run.labels)).length > 0) await sleep(20, undefined, { signal: run.signal });
    const creators = waits.filter(({ isCreator }) => isCreator);
    return {
      creatorMs: creators[0]?.waitedMs ?? Number.NaN,
      slowestMs: Math.max(...waits.map(({ waitedMs }) => waitedMs)),
      containers: new Set([...containers.map(({ Id }) => Id), ...waits.map(({ id }) => id)]).size,
      creators: creators.length,
      migrations,
    };
  } finally {
    for (const member of members) member[Symbol.dispose]();
  }
}

async function migrationsOf(connectionString: string): Promise<number> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const { rows } = await client.query<{ n: number }>("select count(*)::int as n from migrated");
  await client.end();
  return rows[0]!.n;
}
