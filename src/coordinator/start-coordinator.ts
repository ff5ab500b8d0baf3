import { spawn } from "node:child_process";
import { once } from "node:events";
import { open, stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parse } from "node:path";
import { CoordinatorError } from "../errors/coordinator-error.ts";
import { messageOf } from "../errors/describe.ts";
import { abortable } from "../time/abortable.ts";
import type { CoordinatorProcessOptions } from "./coordinator-options.ts";
import { toArgument } from "./coordinator-options.ts";

/** The log begins anew once it is longer, in bytes. */
const MAX_LOG_BYTES = 1024 * 1024;

/**
 * SQLite is experimental still; V8 would wake an idle process every eight seconds to look for garbage; and it would let young
 * garbage grow to 48 MiB before it looks, which a process that does little and lives long has no use for.
 */
const NODE_OPTIONS = ["--disable-warning=ExperimentalWarning", "--no-memory-reducer", "--max-semi-space-size=1"];

/** What a coordinator says on the pipe that its starter reads, when it listens or leaves that to another. */
export const READY = "ready";

/**
 * Starts a coordinator that outlives this process, and resolves when it listens or has found another one that does.
 *
 * @param environment - The variables that it gets.
 * @param signal - Ends the waiting, not the process: others may wait for it as well, and it ends by itself.
 * @throws CoordinatorError when it ends without either, and the signal's reason.
 */
export async function startCoordinator(
  options: CoordinatorProcessOptions,
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  const { log } = options.paths;
  await using logFile = await openLog(log);
  const child = spawn(process.execPath, [...NODE_OPTIONS, script(), toArgument(options)], {
    detached: true,
    cwd: parse(process.cwd()).root, // It must not keep a directory from being removed.
    env: environment,
    stdio: ["ignore", logFile.fd, logFile.fd, "pipe"],
    windowsHide: true,
  });
  const pipe = child.stdio[3] as Readable;
  const [exit, said] = [once(child, "exit"), text(pipe)];
  said.catch(() => undefined); // Where no process could be made, there is nothing to read from either.
  exit.catch(() => undefined);
  try {
    if ((await abortable(Promise.race([said, exit.then(() => said)]), signal)) === READY) return;
  } catch (error) {
    signal.throwIfAborted();
    throw new CoordinatorError({ problem: `The coordinator could not be started: ${messageOf(error)}.` }, error);
  } finally {
    pipe.destroy();
    child.unref();
  }
  throw new CoordinatorError({ problem: "The coordinator ended before it could be reached.", log });
}

/** Built, it lies beside every other file; as a source, beside this one. */
function script(): string {
  const name = import.meta.url.endsWith(".ts") ? "./main.ts" : "./coordinator.js";
  return fileURLToPath(new URL(name, import.meta.url));
}

async function openLog(path: string): Promise<Awaited<ReturnType<typeof open>>> {
  const size = await stat(path).then(
    (stats) => stats.size,
    () => 0,
  );
  return open(path, size > MAX_LOG_BYTES ? "w" : "a", 0o600);
}
