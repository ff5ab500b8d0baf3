/** Switches features off one at a time, and requires that the test of each then fails: `npm run test:controls -- --help`. */
import { writeFile } from "node:fs/promises";
import { constants } from "node:os";
import { readCommandLine, runProgram, usage, wholeNumber } from "../crash/support/command-line.ts";
import { root } from "../support/source-tree.ts";
import { problemsOf } from "./problems.ts";
import { jsonOf, reportOf } from "./report.ts";
import { areaNames, controls } from "./table.ts";
import { tryAll } from "./try-all.ts";

const options = {
  row: { value: "N", about: "only the feature of this number", number: wholeNumber },
  area: { value: "NAME", about: `only one area: ${areaNames.join(", ")}` },
  json: { value: "FILE", about: "writes what was found to a file as well" },
};
const about = `Proves that the tests of features would fail without them: runs each test as the source is, then in a copy of the
repository in which its feature is switched off, where it must fail. Needs Linux, a container engine and the test images.
Exits with 0 when every test does, with 1 when one does not, with 2 when the command line or the table makes no sense.`;
const help = usage("test:controls", about, options);

process.exitCode = await runProgram(help, async () => {
  const { row, area, json, help: isHelp } = readCommandLine(process.argv.slice(2), options);
  if (isHelp) {
    process.stdout.write(help);
    return 0;
  }
  const chosen = controls.filter(
    (control) => (row ?? control.row) === control.row && (area ?? control.area) === control.area,
  );
  const problems = chosen.flatMap((control) => problemsOf(control, root));
  if (chosen.length === 0) problems.push(`There is no such control. The areas are ${areaNames.join(", ")}.`);
  if (problems.length > 0) {
    process.stderr.write(`${problems.join("\n")}\n`);
    return 2;
  }
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      process.exitCode = 128 + constants.signals[signal];
      interruption.abort();
    });
  }
  const progress = (line: string): void => void process.stderr.write(`${line}\n`);
  try {
    const tried = await tryAll(chosen, { signal: interruption.signal, progress });
    process.stdout.write(reportOf(tried));
    if (json !== undefined) await writeFile(json, jsonOf(tried));
    return tried.every(({ verdict }) => verdict === "proves") ? 0 : 1;
  } catch (error) {
    if (error !== interruption.signal.reason) throw error;
    progress("Interrupted.");
    return Number(process.exitCode);
  }
});
