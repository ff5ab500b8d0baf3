import { randomBytes } from "node:crypto";
import { Engine } from "../engine/engine.ts";
import type { CommandLine } from "./command-line.ts";
import { Interruption } from "./interruption.ts";
import { tableOf } from "./table.ts";
import type { Run, Target } from "./target.ts";

/** Marks the containers of a run; the value is the run's own. */
const RUN_LABEL = "dev.cleanroom.bench";

/** Measures one target after the other and prints what it found. Resolves with the exit code. */
export async function measureAll({ targets, json, rounds, isFull }: CommandLine): Promise<number> {
  using engine = new Engine();
  using interruption = new Interruption();
  const labels = { [RUN_LABEL]: randomBytes(6).toString("hex") };
  let exitCode = 0;
  for (const target of targets) {
    const progress = (text: string): void => void process.stderr.write(`${target.id}: ${text}\n`);
    const { signal } = interruption;
    const run = { rounds: rounds ?? target.defaultRounds, isFull, signal, labels, progress };
    try {
      await interruption.orSooner(measure(target, run, json));
    } catch (error) {
      progress(interruption.signal.aborted ? String(interruption.signal.reason) : describe(error));
      exitCode = 1;
    } finally {
      await removeAll(engine, labels);
    }
    if (interruption.signal.aborted) process.exit(interruption.exitCode);
  }
  return exitCode;
}

async function measure(target: Target, run: Run, json: boolean): Promise<void> {
  const measurement = await target.measure(run);
  process.stdout.write(json ? `${JSON.stringify(measurement.outcome)}\n` : tableOf(measurement));
}

/** A target removes what it starts as it goes on; this is for one that failed or was interrupted. */
async function removeAll(engine: Engine, labels: Run["labels"]): Promise<void> {
  for (const { Id } of await engine.listContainers(labels)) await engine.removeContainer(Id);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
