import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { WarmImagesOf } from "../engine/warm-image.ts";
import { testcontainersName } from "../harness/subjects.ts";
import type { Run } from "../harness/target.ts";
import { Spawned } from "../processes/spawned.ts";

/** What a process did, and when, in milliseconds since it was started. */
export interface Step {
  readonly step: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The steps of one process, from its start to its first answer. */
export interface Timeline {
  readonly title: string;
  readonly steps: readonly Step[];
}

const SCHEMA = `
create table product (id serial primary key, name text not null);
create table customer (id serial primary key, name text not null);
create table purchase (id serial primary key, customer int references customer, product int references product);
`;

/** How long the service is kept for the process that finds it running, in milliseconds. */
const KEEP_ALIVE_MS = 10_000;

/**
 * Runs the same program four times in a row and tells what it spent its time on: with Testcontainers, with nothing there, with a
 * warm image, and with the service kept since the run before.
 *
 * @param directory - An empty one, which is both the project and the state directory.
 */
export async function traceStarts(directory: string, run: Run): Promise<readonly Timeline[]> {
  await writeFile(join(directory, "schema.sql"), SCHEMA);
  await writeFile(join(directory, "package.json"), "{}");
  await using warmImages = new WarmImagesOf(directory);
  const trace = async (title: string, keepAliveMs = 0, program = "first-query"): Promise<Timeline> => {
    run.progress(title);
    const environment = { BENCH_KEEP_ALIVE_MS: String(keepAliveMs), CLEANROOM_STATE_DIR: directory };
    using spawned = new Spawned(program, { directory, run, environment });
    const steps = JSON.parse(await spawned.line()) as readonly Step[];
    await spawned.end();
    return { title, steps };
  };
  const theirs = await trace(testcontainersName, 0, "first-query-testcontainers");
  const cold = await trace("Cleanroom, cold");
  await warmImages.appeared(run.signal);
  const warm = await trace("Cleanroom, from the warm image");
  await trace("a run that keeps the service", KEEP_ALIVE_MS);
  const kept = await trace("Cleanroom, kept since the last run");
  return [theirs, cold, warm, kept];
}
