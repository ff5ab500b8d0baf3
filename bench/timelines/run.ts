/** Draws what a start consists of, from real ones: `node bench/timelines/run.ts docs/guides/timelines.svg`. */
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { Interruption } from "../harness/interruption.ts";
import { TemporaryDirectory } from "../harness/temporary-directory.ts";
import { draw } from "./draw.ts";
import { traceStarts } from "./trace.ts";

process.env["TESTCONTAINERS_RYUK_DISABLED"] = "true"; // The programs end what they start.
const [file] = process.argv.slice(2);
using directory = new TemporaryDirectory();
using interruption = new Interruption();
const timelines = await traceStarts(directory.path, {
  ...{ rounds: 1, isFull: true, signal: interruption.signal },
  labels: { "dev.cleanroom.bench": randomUUID() },
  progress: (text) => process.stderr.write(`${text} …\n`),
});
process.stdout.write(`${JSON.stringify(timelines, undefined, 2)}\n`);
if (file !== undefined) await writeFile(file, draw(timelines));
