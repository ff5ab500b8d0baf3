/** Measures 16 workers of vitest and of Jest that take databases of one server: `node bench/workers/run.ts`. Prints JSON. */
import { randomUUID } from "node:crypto";
import { Interruption } from "../harness/interruption.ts";
import { TemporaryDirectory } from "../harness/temporary-directory.ts";
import { measureWorkers, RUNNERS } from "./measure.ts";

using stateDirectory = new TemporaryDirectory();
process.env["CLEANROOM_STATE_DIR"] = stateDirectory.path;
using interruption = new Interruption();
const run = {
  ...{ rounds: 1, isFull: true, signal: interruption.signal },
  labels: { "dev.cleanroom.bench": randomUUID() },
  progress: (text: string) => process.stderr.write(`${text} …\n`),
};
const measured: Record<string, unknown> = {};
for (const runner of RUNNERS) {
  run.progress(runner);
  measured[runner] = await measureWorkers(runner, run, stateDirectory.path);
}
process.stdout.write(`${JSON.stringify(measured, undefined, 2)}\n`);
