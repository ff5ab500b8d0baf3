import { closeSync, writeSync } from "node:fs";
import { systemClock } from "../time/system-clock.ts";
import { messageOf } from "../errors/describe.ts";
import { fromArgument } from "./coordinator-options.ts";
import { CoordinatorProcess } from "./coordinator-process.ts";
import { READY } from "./start-coordinator.ts";

/** The pipe that whoever started this process reads. */
const STARTER_FD = 3;

/** Everything that is printed goes to the log. */
function log(line: string): void {
  console.log(`${new Date(systemClock.now()).toISOString()} ${process.pid} ${line}`);
}

function tellStarter(): void {
  try {
    writeSync(STARTER_FD, READY);
    closeSync(STARTER_FD);
  } catch (error) {
    log(`Whoever started this coordinator is gone: ${messageOf(error)}`);
  }
}

// What it writes down holds passwords.
process.umask(0o077);

const running = await CoordinatorProcess.start(fromArgument(process.argv[2] ?? "{}"), log);
// Where there is none, another one runs, or is just beginning or ending to: the starter tries to reach that.
tellStarter();
await running?.ended;
