import { spawn } from "node:child_process";
import { constants } from "node:os";

import { SetupError } from "./setup-error.mjs";

const KEPT_OUTPUT_LENGTH = 4_000;

/** The signals that end a task; what it runs gets them too. */
const FORWARDED_SIGNALS = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

/**
 * Runs a command on this process's own terminal or pipes.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import("node:child_process").SpawnOptions} [options]
 * @returns {Promise<number>} Its exit code; 128 + the signal's number when a signal ended it.
 */
export function run(command, args, options = {}) {
  return exitCodeOf(spawn(command, args, { ...options, stdio: "inherit" }));
}

/**
 * Runs a command of the set-up quietly. Its output is shown only when it fails.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import("node:child_process").SpawnOptions} [options]
 * @returns {Promise<string>} What it wrote, at most the last few thousand characters.
 * @throws {SetupError} When it cannot be started or fails.
 */
export async function runQuietly(command, args, options = {}) {
  const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  const output = tailOf(child.stdout, child.stderr);
  const exitCode = await exitCodeOf(child);
  if (exitCode !== 0) {
    throw new SetupError(`${[command, ...args].join(" ")} failed (exit code ${exitCode}):\n${output()}`);
  }
  return output();
}

/**
 * Keeps the end of what streams say.
 *
 * @param {(import("node:stream").Readable | null)[]} streams
 * @returns {() => string} What was said so far, trimmed.
 */
export function tailOf(...streams) {
  let tail = "";
  for (const stream of streams) {
    stream?.setEncoding("utf8").on("data", (text) => {
      tail = (tail + text).slice(-KEPT_OUTPUT_LENGTH);
    });
  }
  return () => tail.trim();
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @returns {Promise<number>}
 * @throws {SetupError} When the command could not be started.
 */
export function exitCodeOf(child) {
  const stopForwarding = forwardSignals(child);
  return new Promise((resolve, reject) => {
    child.once("error", (error) => {
      stopForwarding();
      reject(new SetupError(`could not start ${child.spawnfile}: ${error.message}`, { cause: error }));
    });
    child.once("close", (code, signal) => {
      stopForwarding();
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

/** @param {import("node:child_process").ChildProcess} child */
function forwardSignals(child) {
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    // A terminal sends Ctrl-C to the whole group. Sent again, it would count as the second, impatient one.
    if (signal === "SIGINT" && process.stdin.isTTY) return;
    child.kill(signal);
  };
  for (const signal of FORWARDED_SIGNALS) process.on(signal, forward);
  return () => {
    for (const signal of FORWARDED_SIGNALS) process.off(signal, forward);
  };
}
