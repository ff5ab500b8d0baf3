import type { ChildProcess } from "node:child_process";
import { constants } from "node:os";
import spawn from "cross-spawn";
import { messageOf } from "../errors/describe.ts";
import { raise, takeOverSignals } from "../environment/signal-teardown.ts";
import { systemClock } from "../time/system-clock.ts";
import { SignalForwarder } from "./signal-forwarder.ts";
import { printError } from "./terminal.ts";

/** What is run: a program with its arguments, or a line that the shell reads. */
export type Command = readonly [program: string, ...args: string[]] | string;

/** How a command ended. */
export interface CommandEnd {
  /** Its exit code; that of shells where a signal ended it, or where it could not be run. */
  readonly exitCode: number;
  /** The signal that ended it. */
  readonly signal?: NodeJS.Signals;
}

/** What shells exit with when a command is not there, when it cannot be run, and, added to its number, when a signal ended it. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;
const SIGNALLED = 128;

/** What ends a process by somebody's wish. The others are crashes, which are not ours, or mean something else to Node. */
const RAISED: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"];

/**
 * Runs a command with this process's input and outputs, in its directory, and passes signals on to it. Resolves when it has ended,
 * and until then no signal ends this process or what it has open. What could not be run is told.
 */
export async function runCommand(command: Command, env: NodeJS.ProcessEnv): Promise<CommandEnd> {
  let child: ChildProcess | undefined;
  let forwarder: SignalForwarder | undefined;
  const giveBackSignals = await takeOverSignals((signal) => forwarder?.forward(signal));
  try {
    child = start(command, env);
    forwarder = new SignalForwarder(child, systemClock);
    const { code, signal } = await endOf(child);
    if (signal === null) return { exitCode: code ?? 1 };
    // Whoever pressed Ctrl-C is told that this was it, not how it was done.
    return endedBy(forwarder.hasForced ? "SIGINT" : signal);
  } catch (error) {
    return notRun(typeof command === "string" ? command : command[0], error);
  } finally {
    giveBackSignals();
  }
}

/** Ends this process as the command ended, when nothing is left to do: by the same signal, where that is how processes are ended. */
export async function endAs({ exitCode, signal }: CommandEnd): Promise<void> {
  process.exitCode = exitCode;
  if (signal !== undefined && RAISED.includes(signal) && process.platform !== "win32") await raise(signal);
}

/** Not Node's own `spawn`, which on Windows finds no `npx`, `npm` or `mocha`: they are scripts there, whose arguments need quoting. */
function start(command: Command, env: NodeJS.ProcessEnv): ChildProcess {
  if (typeof command === "string") return spawn(command, { shell: true, stdio: "inherit", env });
  const [program, ...args] = command;
  return spawn(program, args, { stdio: "inherit", env });
}

interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

async function endOf(child: ChildProcess): Promise<ProcessEnd> {
  const { promise, resolve, reject } = Promise.withResolvers<ProcessEnd>();
  child.once("exit", (code, signal) => resolve({ code, signal }));
  child.on("error", (error: NodeJS.ErrnoException) => {
    if (error.syscall !== "kill") reject(error); // A command that belongs to another user goes on.
  });
  return promise;
}

function endedBy(signal: NodeJS.Signals): CommandEnd {
  return { exitCode: SIGNALLED + constants.signals[signal], signal };
}

function notRun(program: string, error: unknown): CommandEnd {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") {
    printError(`${program} could not be run: there is no such command.`);
    return { exitCode: NOT_FOUND };
  }
  const reason = code === "EACCES" ? "it is no program, or may not be executed" : messageOf(error);
  printError(`${program} could not be run: ${reason}.`);
  return { exitCode: NOT_EXECUTABLE };
}
