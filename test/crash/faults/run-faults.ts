import { setTimeout as sleep } from "node:timers/promises";
import type { GenericContainer, ServiceDefinition } from "../../../src/index.ts";
import { CleanroomEnvironment, container, http } from "../../../src/index.ts";
import type { Growth, Sample } from "../soak/quiet.ts";
import { growthOf, isFlat, sample } from "../soak/quiet.ts";
import type { Random } from "../support/random.ts";
import { randomFor } from "../support/random.ts";
import { Stage } from "../support/stage.ts";
import { faults } from "./fault.ts";
import { Witness } from "./witness.ts";

/** What is asked of a run. */
export interface FaultOptions {
  readonly seed: number;
  readonly minutes: number;
  /** How many containers are watched. */
  readonly containers: number;
  /** Told what happens. */
  readonly progress: (text: string) => void;
}

/** What it found. */
export interface FaultReport {
  readonly isOk: boolean;
  readonly seed: number;
  readonly minutes: number;
  readonly containers: number;
  /** How often each fault was put in. */
  readonly put: Readonly<Record<string, number>>;
  /** How often each was told once to each of two processes' environments. */
  readonly toldOnce: Readonly<Record<string, number>>;
  /** What was told otherwise; empty when all is well. */
  readonly wrong: readonly string[];
  /** What was left when everybody had gone. */
  readonly left: readonly string[];
  /** How the coordinator had grown. */
  readonly coordinator: Growth | undefined;
}

/** How long faults are put in before there is a quiet moment, in milliseconds. */
const WAVE_MS = 20_000;

/** How many containers have a fault at the same time, at most. */
const SLOTS = 3;

/** How long something may take to be told, in milliseconds. */
const PATIENCE_MS = 30_000;

/** How long nothing more may be told afterwards, in milliseconds: two rounds of the probes. */
const SETTLE_MS = 2_500;

/** How long the last container may take to go, in milliseconds. */
const QUIET_MS = 20_000;

/** Watches containers and measures what they use, while faults are put in at random; each has to be told once to all who use them. */
export async function runFaults({ seed, minutes, containers, progress }: FaultOptions): Promise<FaultReport> {
  await using stage = await Stage.create();
  process.env["CLEANROOM_STATE_DIR"] = stage.stateDirectory;
  const services = Object.fromEntries(Array.from({ length: containers }, (_, index) => [`app${index}`, watched()]));
  const open = (): Promise<CleanroomEnvironment> =>
    CleanroomEnvironment.start({ services }, { rootDirectory: stage.projectDirectory });
  const environments = await Promise.all([open(), open()]);
  const round = new FaultRound(environments, randomFor(seed, "faults"), Object.keys(services));

  const samples: Sample[] = [];
  const [startedAtMs, lengthMs] = [Date.now(), minutes * 60_000];
  while (Date.now() - startedAtMs < lengthMs) {
    await round.wave(Math.min(WAVE_MS, startedAtMs + lengthMs - Date.now()));
    const measured = sample(stage);
    if (measured !== undefined) samples.push(measured);
    const { toldOnce, wrong } = round;
    progress(`${Math.round((Date.now() - startedAtMs) / 1000)} s: ${JSON.stringify({ toldOnce, wrong, measured })}`);
  }
  const reports = await Promise.all(environments.map((environment) => environment.cleanup()));
  const errors = reports.flatMap(({ errors }) => errors.map(String));
  const left = await stage.settled(QUIET_MS).then(
    () => [],
    () => stage.left(),
  );
  const coordinator = growthOf(samples);
  const wrong = [...round.wrong, ...errors];
  const isOk = wrong.length === 0 && left.length === 0 && coordinator !== undefined && isFlat(coordinator);
  if (!isOk) progress(stage.log);
  return { isOk, seed, minutes, containers, put: round.put, toldOnce: round.toldOnce, wrong, left, coordinator };
}

/** A container that is probed and measured every second, and comes back whatever ends it. */
function watched(): ServiceDefinition<GenericContainer, unknown> {
  return container("cleanroom-test/service:1", {
    ports: [8080],
    health: http({ port: 8080, path: "/ready" }),
    limits: { memoryBytes: 64 * 1024 * 1024 },
    stopGraceMs: 1_000,
    resources: { intervalMs: 1_000, rules: [{ metric: "memoryBytes", above: 1024 ** 4, action: "alert" }] },
    supervision: {
      intervalMs: 1_000,
      timeoutMs: 900,
      failureThreshold: 2,
      restart: { maxRestarts: 1_000, delayMs: 10, resetAfterMs: 0 },
    },
  });
}

/** Faults that are put in, and what is told of them. */
class FaultRound {
  readonly put: Record<string, number> = {};
  readonly toldOnce: Record<string, number> = {};
  readonly wrong: string[] = [];
  readonly #environments: readonly CleanroomEnvironment[];
  readonly #witnesses: readonly Witness[];
  readonly #random: Random;
  readonly #names: readonly string[];
  readonly #busy = new Set<string>();

  constructor(environments: readonly CleanroomEnvironment[], random: Random, names: readonly string[]) {
    this.#environments = environments;
    this.#witnesses = environments.map((environment) => new Witness(environment));
    this.#random = random;
    this.#names = names;
  }

  /** Puts faults in for so long, and resolves when the last one has been told. */
  async wave(lengthMs: number): Promise<void> {
    const untilMs = Date.now() + lengthMs;
    const slot = async (): Promise<void> => {
      while (Date.now() < untilMs) await this.#putOne();
    };
    await Promise.all(Array.from({ length: SLOTS }, slot));
  }

  async #putOne(): Promise<void> {
    const idle = this.#names.filter((name) => !this.#busy.has(name));
    const name = idle[this.#random.integer(idle.length)] ?? "";
    const [kind = "", fault] = Object.entries(faults)[this.#random.integer(Object.keys(faults).length)] ?? [];
    const handle = this.#environments[0]?.services[name] as GenericContainer | undefined;
    if (fault === undefined || handle === undefined) throw new Error(`There is no ${name} any more.`);
    this.#busy.add(name);
    const before = this.#witnesses.map((witness) => witness.about(name).length);
    const heard = async (count: number): Promise<void> => {
      const all = this.#witnesses.map((witness, index) => witness.hasHeard(name, (before[index] ?? 0) + count));
      const enough = new AbortController();
      const patience = sleep(PATIENCE_MS, undefined, { signal: enough.signal }).catch(() => undefined);
      await Promise.race([Promise.all(all), patience]);
      enough.abort();
    };
    this.put[kind] = (this.put[kind] ?? 0) + 1;
    await fault.put(handle, heard);
    await heard(fault.told.length);
    await sleep(SETTLE_MS);
    const told = this.#witnesses.map((witness, index) => witness.about(name).slice(before[index]).join(", "));
    const expected = fault.told.join(", ");
    if (told.every((words) => words === expected)) this.toldOnce[kind] = (this.toldOnce[kind] ?? 0) + 1;
    else this.wrong.push(`${kind} of ${name} was told as: ${told.map((words) => words || "nothing").join(" | ")}`);
    this.#busy.delete(name);
  }
}
