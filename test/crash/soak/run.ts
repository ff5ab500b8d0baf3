/** Has clients come, go and die for a long time: `npm run test:soak -- --help`. Prints what it found as JSON. */
import {
  positiveInteger,
  positiveNumber,
  readCommandLine,
  runProgram,
  usage,
  wholeNumber,
} from "../support/command-line.ts";
import { soak } from "./soak.ts";

const options = {
  minutes: { value: "N", about: "for how long (default 10)", number: positiveNumber },
  clients: { value: "N", about: "how many processes at a time (default 4)", number: positiveInteger },
  seed: {
    value: "N",
    about: "repeats the chances of an earlier run; drawn, and printed, when absent",
    number: wholeNumber,
  },
};
const about = `Has random clients come, go and die, and now and then their coordinator, and tells what was left and what grew.
The figures are one JSON object on standard output. Needs Linux, a container engine and the test images.`;
const help = usage("test:soak", about, options);

process.exitCode = await runProgram(help, async () => {
  const given = readCommandLine(process.argv.slice(2), options);
  if (given.help) {
    process.stdout.write(help);
    return 0;
  }
  const { minutes = 10, clients = 4, seed = Math.floor(Math.random() * 1_000_000) } = given;
  const progress = (text: string): void => void process.stderr.write(`${text}\n`);
  progress(`Seed ${seed}.`);
  const report = await soak({ minutes, clients, seed, progress });
  process.stdout.write(`${JSON.stringify(report)}\n`);
  return report.isOk ? 0 : 1;
});
