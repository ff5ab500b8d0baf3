import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import { root } from "./source-tree.ts";

/** The program that users run, built. */
export const cleanroom: string = join(root, "dist", "cli.js");

/** What a configuration outside of this repository imports, as it is written there: the package, built. */
export const library: string = JSON.stringify(pathToFileURL(join(root, "dist", "index.js")).href);

/** How a run of `cleanroom` ended, and what it wrote. */
export interface CleanroomEnd {
  /** Its exit code; `null` when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly errors: string;
}

/** A run of `cleanroom` that may not have ended. */
export interface RunningCleanroom {
  /** Its process, which leads a process group without a terminal. */
  readonly child: ChildProcess;
  /** Resolves with what it has written, when its output matches. */
  prints(pattern: RegExp): Promise<string>;
  /** Resolves when it has ended and nobody writes to its outputs any more. */
  readonly ended: Promise<CleanroomEnd>;
}

/** Where it is run, and with which variables in addition to this process's. */
export interface Place {
  readonly directory: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts `cleanroom` as a user would. */
export function startCleanroom({ directory, env = {} }: Place, ...args: readonly string[]): RunningCleanroom {
  return startProgram({ directory, env }, process.execPath, cleanroom, ...args);
}

/** Runs `cleanroom` to its end. */
export function runCleanroom(place: Place, ...args: readonly string[]): Promise<CleanroomEnd> {
  return startCleanroom(place, ...args).ended;
}

/** Starts `cleanroom` in a terminal, whose keyboard is the input of what is started. Its output is what is seen there. */
export function startInTerminal({ directory, env = {} }: Place, ...args: readonly string[]): RunningCleanroom {
  const line = [process.execPath, cleanroom, ...args]
    .map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`)
    .join(" ");
  return startProgram({ directory, env }, "script", "--quiet", "--return", "--command", `exec ${line}`, "/dev/null");
}

function startProgram({ directory, env }: Place, program: string, ...args: readonly string[]): RunningCleanroom {
  // What this very run of vitest has set for its own workers is not the other's concern.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("VITEST") && name !== "TEST");
  const child = spawn(program, args, {
    cwd: directory,
    env: { ...Object.fromEntries(inherited), ...env },
    detached: true, // Whoever runs these tests may have a terminal, of which the run would be part.
  });
  const output = gather(child.stdout);
  const errors = gather(child.stderr);
  const ended = once(child, "close").then(([code, signal]: (number | NodeJS.Signals | null)[]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    output: output(),
    errors: errors(),
  }));
  return { child, ended, prints: (pattern) => printed(child.stdout, output, pattern) };
}

function gather(stream: Readable): () => string {
  let text = "";
  stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  return () => text;
}

async function printed(stream: Readable, output: () => string, pattern: RegExp): Promise<string> {
  while (!pattern.test(output())) await once(stream, "data");
  return output();
}
