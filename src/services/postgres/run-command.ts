import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { abortable } from "../../time/abortable.ts";

/** A program to run on this machine. */
export interface LocalCommand {
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** The directory it runs in. */
  readonly directory: string;
  /** All of its environment variables. */
  readonly variables: Readonly<Record<string, string>>;
}

/** How a program ended. */
export interface CommandEnd {
  /** Its exit code; `null` when a signal ended it. */
  readonly exitCode: number | null;
  /** The signal that ended it. */
  readonly signalName: NodeJS.Signals | null;
  /** The last lines that it printed: of its output, then of its errors. */
  readonly outputTail: string;
}

/** How much of either stream is kept, in lines, and in characters while it runs. */
const TAIL_LINES = 20;
const TAIL_LENGTH = 8192;

/**
 * Runs a program and whatever it starts, as one group of processes: none of it is left when the program has ended or `signal`
 * aborts.
 *
 * @throws The system's error when it cannot be run, and the signal's reason.
 */
export async function runCommand(given: LocalCommand, signal: AbortSignal): Promise<CommandEnd> {
  signal.throwIfAborted();
  const child = spawnGroup(given);
  const kill = (): void => killGroup(child);
  signal.addEventListener("abort", kill, { once: true });
  child.once("exit", kill); // What it leaves behind would keep its output open, and the database in use.
  const tails = [keepTail(child.stdout), keepTail(child.stderr)];
  try {
    const [exitCode, signalName] = (await abortable(once(child, "close"), signal)) as [number, NodeJS.Signals];
    const outputTail = tails.flatMap((tail) => tail()).filter((line) => line !== "");
    return { exitCode, signalName, outputTail: outputTail.join("\n") };
  } finally {
    signal.removeEventListener("abort", kill);
  }
}

/** On Windows `npx` and its like are scripts, which only a shell can run. */
function spawnGroup({ command, directory, variables }: LocalCommand): ChildProcess {
  const [program = "", ...args] = command;
  const options = { cwd: directory, env: variables, stdio: ["ignore", "pipe", "pipe"] as ("ignore" | "pipe")[] };
  if (process.platform !== "win32") return spawn(program, args, { ...options, detached: true });
  return spawn(shellLine(command), { ...options, shell: true, windowsHide: true });
}

/** The words as `cmd.exe` takes them. Source: https://learn.microsoft.com/en-us/cpp/c-language/parsing-c-command-line-arguments */
export function shellLine(words: readonly string[]): string {
  return words.map((word) => (/^[\w./:=@\\-]+$/.test(word) ? word : `"${word.replaceAll('"', '""')}"`)).join(" ");
}

function killGroup({ pid, exitCode }: ChildProcess): void {
  if (pid === undefined) return;
  if (process.platform === "win32") {
    if (exitCode !== null) return; // There, what it has started can only be found through it.
    spawn("taskkill", ["/pid", String(pid), "/t", "/f"], { stdio: "ignore", windowsHide: true }).on("error", () => {
      // Without `taskkill` there is no way to end what it has started.
    });
    return;
  }
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody is left in the group.
  }
}

/** Keeps the end of what a stream says. */
function keepTail(stream: Readable | null): () => readonly string[] {
  let kept = "";
  stream?.setEncoding("utf8").on("data", (text: string) => (kept = (kept + text).slice(-TAIL_LENGTH)));
  return () => stripVTControlCharacters(kept).trimEnd().split(/\r?\n/).slice(-TAIL_LINES);
}
