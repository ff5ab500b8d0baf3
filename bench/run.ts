/** Measures Cleanroom against what its users have today: `node bench/run.ts --help`. */
import { parseCommandLine, UsageError, usage } from "./harness/command-line.ts";
import { measureAll } from "./harness/measure-all.ts";
import { TemporaryDirectory } from "./harness/temporary-directory.ts";
import { targets } from "./targets.ts";

process.env["TESTCONTAINERS_RYUK_DISABLED"] = "true"; // The run removes what it starts; nobody waits for a reaper.
const stateDirectory = new TemporaryDirectory();
process.once("exit", () => stateDirectory[Symbol.dispose]()); // An interrupted run does not come to the end of this file.
process.env["CLEANROOM_STATE_DIR"] = stateDirectory.path; // A coordinator of its own: nobody else's services are in the way.
process.exitCode = await main(process.argv.slice(2));

/** Resolves with the exit code: 0 measured, 1 something could not be measured, 2 the command line makes no sense. */
async function main(words: readonly string[]): Promise<number> {
  try {
    const commandLine = parseCommandLine(words, targets);
    if (commandLine.help) {
      process.stdout.write(usage(targets));
      return 0;
    }
    return await measureAll(commandLine);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${usage(targets)}`);
    return 2;
  }
}
