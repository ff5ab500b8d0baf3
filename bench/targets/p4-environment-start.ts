import type { PostgreSqlContainer } from "@testcontainers/postgresql";
import { RedisContainer } from "@testcontainers/redis";
import { CleanroomEnvironment, container, postgres, redis } from "cleanroom-test";
import pg from "pg";
import { GenericContainer } from "testcontainers";
import type { RedisAddress } from "../engine/redis-ping.ts";
import { pingUntilPong } from "../engine/redis-ping.ts";
import { interleave } from "../harness/interleave.ts";
import { images, testcontainersName } from "../harness/subjects.ts";
import { round, summarise } from "../harness/summary.ts";
import type { Measurement, Run, Target } from "../harness/target.ts";
import { defaultPostgres, tunedPostgres } from "../suites/postgres-container.ts";

const ID = "P4";
const TITLE = "an environment of Postgres, Redis and a web service, from nothing until all three have answered";
const MAX_RATIO = 0.5;
const WEB_PORT = 8080;

const notes = [
  "Cleanroom: CleanroomEnvironment.start({ services }), defaults only; its coordinator has to be started as well.",
  `${testcontainersName}: the three start()s in one Promise.all, defaults only, no Ryuk.`,
  "tuned: Postgres' data in memory, nothing flushed, a log wait and no health check; Redis waits for a log line by default.",
];

/** Starts three services that do not exist yet, at once, and asks each of them something. */
export const environmentStart: Target = { id: ID, title: TITLE, defaultRounds: 10, measure };

async function measure(run: Run): Promise<Measurement> {
  const samples = await interleave(
    {
      cleanroom: () => startWithCleanroom(run),
      default: () => startWithTestcontainers(defaultPostgres(), run),
      tuned: () => startWithTestcontainers(tunedPostgres(), run),
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
    ratioToTuned: round(cleanroom.median / baselineTuned.median),
  };
  const rows = [
    { name: "Cleanroom", summary: cleanroom },
    ...[baseline, baselineTuned].map((summary) => ({ name: summary.name, summary })),
  ];
  return { outcome, rows, notes: [`Over the tuned one: ${outcome.ratioToTuned}.`, ...notes] };
}

async function startWithCleanroom({ labels, signal }: Run): Promise<number> {
  const services = {
    db: postgres(images.postgres, { labels }),
    cache: redis(images.redis, { labels }),
    web: container(images.service, { labels, ports: [WEB_PORT] }),
  };
  const startedAtMs = performance.now();
  await using environment = await CleanroomEnvironment.start({ services }, { signal });
  const { db, cache, web } = environment.services;
  const redisAddress = { host: cache.host, port: cache.port(), password: cache.password };
  await askAll({ database: db.url, redis: redisAddress, web: web.url }, signal);
  return performance.now() - startedAtMs;
}

async function startWithTestcontainers(database: PostgreSqlContainer, { labels, signal }: Run): Promise<number> {
  const startedAtMs = performance.now();
  const [db, cache, web] = await Promise.all([
    database.withLabels({ ...labels }).start(),
    new RedisContainer(images.redis).withLabels({ ...labels }).start(),
    new GenericContainer(images.service)
      .withExposedPorts(WEB_PORT)
      .withLabels({ ...labels })
      .start(),
  ]);
  const redisAddress = { host: cache.getHost(), port: cache.getPort(), password: "" };
  const webUrl = `http://${web.getHost()}:${web.getMappedPort(WEB_PORT)}`;
  await askAll({ database: db.getConnectionUri(), redis: redisAddress, web: webUrl }, signal);
  const tookMs = performance.now() - startedAtMs;
  await Promise.all([db.stop(), cache.stop(), web.stop()]);
  return tookMs;
}

/** Where the three answer. */
interface Addresses {
  readonly database: string;
  readonly redis: RedisAddress;
  readonly web: string;
}

async function askAll({ database, redis: address, web }: Addresses, signal: AbortSignal): Promise<void> {
  await Promise.all([query(database), pingUntilPong(address, signal), fetch(web, { signal }).then((a) => a.text())]);
}

async function query(connectionString: string): Promise<void> {
  const client = new pg.Client(connectionString);
  await client.connect();
  await client.query("SELECT 1");
  await client.end();
}
