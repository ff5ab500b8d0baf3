import { randomBytes, randomInt } from "node:crypto";
import { CleanroomEnvironment, container } from "cleanroom-test";
import type { WaitStrategy } from "testcontainers";
import { GenericContainer, Wait } from "testcontainers";
import { Engine } from "../engine/engine.ts";
import { interleave } from "../harness/interleave.ts";
import { testcontainersName } from "../harness/subjects.ts";
import { summarise } from "../harness/summary.ts";
import type { Measurement, Run, Target } from "../harness/target.ts";
import { monotonicMs } from "../readiness/exact-time.ts";
import type { Kind } from "../readiness/kinds.ts";
import { commandKind, promptKinds } from "../readiness/kinds.ts";
import { Observer } from "../readiness/observer.ts";
import { verdictOf } from "../readiness/verdict.ts";

const ID = "P10";
const TITLE = "from the moment a service is ready to the moment we know";

/** Services become ready at a random moment between these, in milliseconds after their start. */
const DELAY_MS = [300, 1500] as const;

/** What every sample needs. */
interface Bench {
  readonly run: Run;
  readonly environment: CleanroomEnvironment;
  readonly observer: Observer;
}

/** Starts services that become ready at a random moment, which a thread of its own sees as well. */
export const readinessLag: Target = { id: ID, title: TITLE, defaultRounds: 20, measure };

async function measure(run: Run): Promise<Measurement> {
  using engine = new Engine();
  await using observer = new Observer(engine);
  await using environment = await CleanroomEnvironment.start({ services: {} }, { signal: run.signal });
  const bench = { run, environment, observer };
  const execMs: number[] = [];
  const ours = promptKinds.map((kind) => [kind.name, () => lagOfCleanroom(kind, bench)] as const);
  const [tcp, http] = promptKinds;
  const samples = await interleave(
    {
      ...Object.fromEntries(ours),
      command: () => lagOfCleanroom(commandKind, bench, execMs),
      "peer http": () => lagOfTestcontainers(http!, Wait.forHttp("/ready", http!.port), bench),
      "peer ports": () => lagOfTestcontainers(tcp!, Wait.forListeningPorts(), bench),
    },
    run,
  );
  return verdictOf({ id: ID, title: TITLE, unit: "ms", n: run.rounds }, samples, summarise(execMs), testcontainersName);
}

/** @param execMs - Gets the time of one run of the probe's command, measured once the container is ready. */
async function lagOfCleanroom(kind: Kind, bench: Bench, execMs?: number[]): Promise<number | undefined> {
  const { environment, run } = bench;
  const name = `lag-${kind.name}`;
  const delayed = kind.delayed(randomInt(...DELAY_MS));
  const lag = await lagOf(kind, bench, async (labels) => {
    const service = container(kind.image, { ...delayed, labels, ports: [kind.port], health: kind.probe });
    return environment.getOrCreateContainer(name, () => service, { signal: run.signal });
  });
  if (execMs !== undefined) execMs.push(await timeOf(() => lag.started.exec(commandKind.command)));
  await environment.registry.delete(name);
  return lag.ms;
}

async function lagOfTestcontainers(kind: Kind, strategy: WaitStrategy, bench: Bench): Promise<number | undefined> {
  const { env = {} } = kind.delayed(randomInt(...DELAY_MS));
  const peer = new GenericContainer(kind.image).withExposedPorts(kind.port).withEnvironment({ ...env });
  const lag = await lagOf(kind, bench, (labels) => peer.withLabels(labels).withWaitStrategy(strategy).start());
  await lag.started.stop();
  return lag.ms;
}

/** Starts a service and observes it meanwhile. The lag is unknown when nobody looked just then. */
async function lagOf<Started>(
  kind: Kind,
  { run, observer }: Bench,
  start: (labels: Record<string, string>) => Promise<Started>,
): Promise<{ readonly started: Started; readonly ms: number | undefined }> {
  const labels = { ...run.labels, "dev.cleanroom.bench.sample": randomBytes(6).toString("hex") };
  const starting = start(labels).then((started) => ({ started, knownAtMs: monotonicMs() }));
  const [{ started, knownAtMs }, readyAtMs] = await Promise.all([
    starting,
    observer.readyAt(kind.evidence, labels, starting),
  ]);
  return { started, ms: readyAtMs === undefined ? undefined : knownAtMs - readyAtMs };
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startedAtMs = performance.now();
  await work();
  return performance.now() - startedAtMs;
}
