import { RedisContainer } from "@testcontainers/redis";
import { CleanroomEnvironment, redis } from "cleanroom-test";
import { Wait } from "testcontainers";
import { CallMedians } from "../engine/call-medians.ts";
import { Engine } from "../engine/engine.ts";
import { pingUntilPong } from "../engine/redis-ping.ts";
import { interleave } from "../harness/interleave.ts";
import { images, testcontainersName } from "../harness/subjects.ts";
import { round, summarise } from "../harness/summary.ts";
import type { Measurement, Run, Target } from "../harness/target.ts";

const ID = "P3";
const TITLE = "Redis from nothing to PONG, against the raw Engine API";
const MAX_RATIO = 1.1;

/** What Cleanroom sets as well; only the password is its own. */
const rawCommand = ["redis-server", "--save", "", "--appendonly", "no", "--databases", "1024"];

const notes = [
  "raw: create, start, inspect for the port, PING until PONG, on one kept connection to the engine; the same settings.",
  "Cleanroom also sets a password, of which the server gets the hash, watches for its exit and logs in; an open environment.",
  `${testcontainersName}: new RedisContainer(image).start() (waits for a log line); tuned: Wait.forListeningPorts().`,
];

/** Starts Redis from its image, again and again, until a client of ours hears PONG on the published port. */
export const redisStart: Target = { id: ID, title: TITLE, defaultRounds: 15, measure };

async function measure(run: Run): Promise<Measurement> {
  using engine = new Engine();
  await using environment = await CleanroomEnvironment.start({ services: {} }, { signal: run.signal });
  const calls = { cleanroom: new CallMedians(), raw: new CallMedians() };
  const samples = await interleave(
    {
      cleanroom: () => startWithCleanroom(environment, run, calls.cleanroom),
      raw: () => startRaw(engine, run, calls.raw),
      default: () => startWithTestcontainers(new RedisContainer(images.redis), run),
      tuned: () => startWithTestcontainers(tunedContainer(), run),
    },
    run,
  );
  const cleanroom = summarise(samples["cleanroom"]!);
  const raw = { name: "raw Engine API", ...summarise(samples["raw"]!) };
  const peer = { name: testcontainersName, ...summarise(samples["default"]!) };
  const baselineTuned = { name: `${testcontainersName}, listening ports`, ...summarise(samples["tuned"]!) };
  const ratio = round(cleanroom.median / raw.median);
  const outcome = {
    ...{ id: ID, title: TITLE, unit: "ms" as const, n: run.rounds },
    ...{ cleanroom, baseline: raw, peer, baselineTuned },
    ...{ judgedBy: "ratio" as const, ratio, target: MAX_RATIO, met: ratio <= MAX_RATIO },
    engineCalls: { cleanroom: calls.cleanroom.medians(), raw: calls.raw.medians() },
  };
  const rows = [
    { name: "Cleanroom", summary: cleanroom },
    ...[raw, peer, baselineTuned].map((summary) => ({ name: summary.name, summary })),
  ];
  const traced = Object.entries(outcome.engineCalls).map(([side, medians]) => `${side}: ${JSON.stringify(medians)}`);
  return {
    outcome,
    rows,
    notes: [...notes, ...traced.map((line) => `Engine calls, median ms until answered, ${line}`)],
  };
}

async function startWithCleanroom(environment: CleanroomEnvironment, run: Run, calls: CallMedians): Promise<number> {
  const { labels, signal } = run;
  const startedAtMs = performance.now();
  const trace = calls.trace();
  const server = await environment.getOrCreateContainer("cache", () => redis(images.redis, { labels }), { signal });
  await pingUntilPong({ host: server.host, port: server.port(), password: server.password }, signal);
  const tookMs = performance.now() - startedAtMs;
  trace[Symbol.dispose]();
  await environment.registry.delete("cache");
  return tookMs;
}

async function startRaw(engine: Engine, { labels, signal }: Run, calls: CallMedians): Promise<number> {
  const startedAtMs = performance.now();
  const trace = calls.trace();
  const id = await engine.createContainer({
    Image: images.redis,
    Cmd: rawCommand,
    Labels: labels,
    ExposedPorts: { "6379/tcp": {} },
    HostConfig: { PortBindings: { "6379/tcp": [{ HostIp: "127.0.0.1", HostPort: "" }] } },
  });
  await engine.startContainer(id);
  const port = await engine.publishedPort(id, "6379/tcp");
  await pingUntilPong({ host: "127.0.0.1", port, password: "" }, signal);
  const tookMs = performance.now() - startedAtMs;
  trace[Symbol.dispose]();
  await engine.removeContainer(id);
  return tookMs;
}

function tunedContainer(): RedisContainer {
  return new RedisContainer(images.redis).withWaitStrategy(Wait.forListeningPorts());
}

async function startWithTestcontainers(container: RedisContainer, { labels, signal }: Run): Promise<number> {
  const startedAtMs = performance.now();
  const started = await container.withLabels({ ...labels }).start();
  await pingUntilPong({ host: started.getHost(), port: started.getPort(), password: "" }, signal);
  const tookMs = performance.now() - startedAtMs;
  await started.stop();
  return tookMs;
}
