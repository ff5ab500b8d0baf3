/** Puts faults into containers that are watched: `npm run test:faults -- --help`. Prints what it found as JSON. */
import {
  positiveInteger,
  positiveNumber,
  readCommandLine,
  runProgram,
  usage,
  wholeNumber,
} from "../support/command-line.ts";
import { runFaults } from "./run-faults.ts";

const options = {
  minutes: { value: "N", about: "for how long (default 10)", number: positiveNumber },
  containers: { value: "N", about: "how many containers are watched (default 20)", number: positiveInteger },
  seed: {
    value: "N",
    about: "repeats the chances of an earlier run; drawn, and printed, when absent",
    number: wholeNumber,
  },
};
const about = `Kills, pauses, hangs, restarts and starves containers that are watched, and tells whether each fault was told once
to all who use them, and what was left and what grew. The figures are one JSON object on standard output. Needs Linux, root (to
stop processes), a container engine on this machine and the test images.`;
const help = usage("test:faults", about, options);

process.exitCode = await runProgram(help, async () => {
  const given = readCommandLine(process.argv.slice(2), options);
  if (given.help) {
    process.stdout.write(help);
    return 0;
  }
  const { minutes = 10, containers = 20, seed = Math.floor(Math.random() * 1_000_000) } = given;
  const progress = (text: string): void => void process.stderr.write(`${text}\n`);
  progress(`Seed ${seed}.`);
  const report = await runFaults({ minutes, containers, seed, progress });
  process.stdout.write(`${JSON.stringify(report)}\n`);
  return report.isOk ? 0 : 1;
});
