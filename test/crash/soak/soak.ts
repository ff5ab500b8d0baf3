import { setTimeout as sleep } from "node:timers/promises";
import { kill } from "../support/processes.ts";
import type { Random } from "../support/random.ts";
import { randomFor } from "../support/random.ts";
import { Stage } from "../support/stage.ts";
import type { Growth, Sample } from "./quiet.ts";
import { growthOf, isFlat, sample } from "./quiet.ts";
import { Tally } from "./tally.ts";
import { visit } from "./visitor.ts";

/** What is asked of a soak. */
export interface SoakOptions {
  readonly seed: number;
  readonly minutes: number;
  /** How many processes there are at a time. */
  readonly clients: number;
  /** Told what happens. */
  readonly progress: (text: string) => void;
}

/** What it found. */
export interface SoakReport {
  readonly isOk: boolean;
  readonly seed: number;
  readonly minutes: number;
  readonly tally: Tally;
  /** What was left when everybody had gone; empty when all is well. */
  readonly left: readonly string[];
  /** How the coordinator that was there at the end, for half of the time, had grown. */
  readonly coordinator: Growth | undefined;
}

/** How long clients come and go before there is a quiet moment, in milliseconds. */
const WAVE_MS = 8000;

/** How long the last container may take to go, in milliseconds: kept ones stay for a while. */
const QUIET_MS = 6000;

/** Has clients come, go and die for a while; in the first half their coordinator, too. */
export async function soak({ seed, minutes, clients, progress }: SoakOptions): Promise<SoakReport> {
  await using stage = await Stage.create();
  const [tally, samples] = [new Tally(), [] as Sample[]];
  const random = randomFor(seed, "soak");
  const anchor = stage.client();
  await anchor.start({ anchor: { kind: "redis" } });
  await anchor.query("anchor", "SET mark here");

  const [startedAtMs, lengthMs] = [Date.now(), minutes * 60_000];
  while (Date.now() - startedAtMs < lengthMs) {
    const isFirstHalf = Date.now() - startedAtMs < lengthMs / 2;
    await wave({ stage, random, tally, clients, killsCoordinator: isFirstHalf && random.chance(0.6) });
    await becomeQuiet(stage, tally);
    if ((await anchor.query("anchor", "GET mark")) !== "here") tally.noteError(new Error("The anchor lost its data."));
    const measured = sample(stage);
    if (measured !== undefined) samples.push(measured);
    progress(`${Math.round((Date.now() - startedAtMs) / 1000)} s: ${JSON.stringify({ tally, measured })}`);
  }
  await anchor.die("end");
  const left = await stage.settled(QUIET_MS).then(
    () => [],
    () => stage.left(),
  );
  const coordinator = growthOf(samples);
  const isOk =
    left.length === 0 && Object.keys(tally.errors).length === 0 && coordinator !== undefined && isFlat(coordinator);
  if (!isOk) progress(stage.log);
  return { isOk, seed, minutes, tally, left, coordinator };
}

interface Wave {
  readonly stage: Stage;
  readonly random: Random;
  readonly tally: Tally;
  readonly clients: number;
  readonly killsCoordinator: boolean;
}

async function wave({ stage, random, tally, clients, killsCoordinator }: Wave): Promise<void> {
  const untilMs = Date.now() + WAVE_MS;
  const slot = async (): Promise<void> => {
    while (Date.now() < untilMs) {
      await sleep(random.number(300));
      await visit(stage.client(), random, tally);
    }
  };
  const killing = async (): Promise<void> => {
    await sleep(random.number(WAVE_MS));
    for (const pid of stage.coordinators) kill(pid);
    tally.coordinatorsKilled += 1;
  };
  await Promise.all([...Array.from({ length: clients }, slot), ...(killsCoordinator ? [killing()] : [])]);
}

/** Everybody but the anchor is gone, and in a moment what they had is as well. */
async function becomeQuiet(stage: Stage, tally: Tally): Promise<void> {
  const untilMs = Date.now() + QUIET_MS;
  while ((await stage.containers()).length > 1) {
    if (Date.now() > untilMs) {
      tally.noteError(new Error("Containers stayed though nobody used them."));
      return;
    }
    await sleep(50);
  }
  await sleep(500);
}
