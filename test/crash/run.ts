/** Runs the tests that kill processes: `npm run test:crash -- --help`. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { positiveInteger, readCommandLine, runProgram, usage, wholeNumber } from "./support/command-line.ts";

const options = {
  seed: {
    value: "N",
    about: "repeats the chances of an earlier run; drawn, and printed, when absent",
    number: wholeNumber,
  },
  rounds: { value: "N", about: "how often each race is run (default 10)", number: positiveInteger },
  only: { value: "TEXT", about: "runs only the tests with this in their names, a regular expression" },
};
const about = `Kills processes that use Cleanroom, in every way and at every point, and asks the engine and the system what is left.
Needs Linux, a container engine and the test images.`;
const help = usage("test:crash", about, options);

const vitest = fileURLToPath(new URL("../../node_modules/vitest/vitest.mjs", import.meta.url));
const config = fileURLToPath(new URL("vitest.config.ts", import.meta.url));

process.exitCode = await runProgram(help, async () => {
  const {
    seed = Math.floor(Math.random() * 1_000_000),
    rounds = 10,
    only,
    help: isHelp,
  } = readCommandLine(process.argv.slice(2), options);
  if (isHelp) {
    process.stdout.write(help);
    return 0;
  }
  process.stdout.write(`Seed ${seed}; run it again with --seed ${seed}.\n`);
  const words = [vitest, "run", "--config", config, ...(only === undefined ? [] : ["-t", only])];
  const env = { ...process.env, CRASH_SEED: String(seed), CRASH_ROUNDS: String(rounds) };
  const [code] = (await once(spawn(process.execPath, words, { stdio: "inherit", env }), "exit")) as [number | null];
  if (code !== 0) process.stdout.write(`Seed ${seed}; run it again with --seed ${seed}.\n`);
  return code ?? 1;
});
