import { lstat, rm } from "node:fs/promises";
import type { Server, Socket } from "node:net";
import { connect, createServer } from "node:net";
import { CoordinatorError } from "../errors/coordinator-error.ts";
import { abortable } from "../time/abortable.ts";
import { systemClock } from "../time/system-clock.ts";
import { sleep } from "../time/sleep.ts";
import type { CoordinatorProcessOptions } from "./coordinator-options.ts";

/** How to reach a coordinator, and to start it when there is none. */
export interface CoordinatorAddress extends CoordinatorProcessOptions {
  /** The variables that its process gets. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * How long it may take until it has answered the first call, in milliseconds.
   *
   * @default 30_000
   */
  readonly reachTimeoutMs?: number;
}

/** How long to wait for one that is just beginning, or just ending, in milliseconds. */
const RETRY_MS = 20;

/** How often one may end before it listens until that is more than bad luck: one that is killed must have a successor. */
const MAX_FAILED_STARTS = 5;

/**
 * A connection to the coordinator, which is started when there is none. The caller owns the connection.
 *
 * @param signal - Ends the attempts; without one, they could go on for ever.
 * @throws CoordinatorError when it cannot be started or reached, and the signal's reason.
 */
export async function connectCoordinator(address: CoordinatorAddress, signal: AbortSignal): Promise<Socket> {
  const { socket } = address.paths;
  await refuseForeignSocket(socket);
  let failedStarts = 0;
  for (;;) {
    const connected = await tryConnect(socket, signal);
    if (connected !== undefined) return connected;
    try {
      if (!(await start(address, signal))) continue;
    } catch (error) {
      signal.throwIfAborted();
      failedStarts += 1;
      if (failedStarts === MAX_FAILED_STARTS) throw error;
    }
    const started = await tryConnect(socket, signal);
    if (started !== undefined) return started;
    await sleep(systemClock, RETRY_MS, signal);
  }
}

/**
 * A connection to the coordinator that runs.
 *
 * @returns `undefined` when none does.
 */
export async function tryConnect(path: string, signal: AbortSignal): Promise<Socket | undefined> {
  signal.throwIfAborted();
  const socket = connect(path);
  const { promise, resolve, reject } = Promise.withResolvers<Socket | undefined>();
  socket.once("connect", () => {
    resolve(socket);
  });
  socket.once("error", (error: NodeJS.ErrnoException) => {
    if (isNobodyThere(error)) resolve(undefined);
    else
      reject(
        new CoordinatorError({ problem: `The coordinator at ${path} cannot be reached: ${error.message}.` }, error),
      );
  });
  try {
    return await abortable(promise, signal);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** Whoever listens is told the secret first. In a directory that was once open, that could be somebody else. */
async function refuseForeignSocket(path: string): Promise<void> {
  const uid = process.getuid?.();
  if (uid === undefined) return; // A named pipe is in no directory.
  const owner = await lstat(path).then(
    (stats) => stats.uid,
    () => uid, // There is none yet.
  );
  if (owner === uid) return;
  throw new CoordinatorError({
    problem: `The socket ${path} cannot be trusted: it belongs to user ${owner}, not to ${uid}.`,
  });
}

/**
 * Starts a coordinator, unless somebody else is just doing that: then it resolves when he has. Which of them listens is for
 * the coordinators to settle; this only keeps sixteen workers from starting sixteen of them.
 *
 * @returns Whether this process started one.
 */
async function start(address: CoordinatorAddress, signal: AbortSignal): Promise<boolean> {
  const { environment, reachTimeoutMs: _, ...options } = address;
  const turn = await takeTurn(options.paths.election, signal);
  if (turn === undefined) return false;
  try {
    const { startCoordinator } = await import("./start-coordinator.ts"); // Only few processes ever start one.
    await startCoordinator(options, environment, signal);
    return true;
  } finally {
    turn.finish();
  }
}

interface Turn {
  /** Lets those who wait go on. */
  finish(): void;
}

/** The right to start a coordinator; `undefined` once somebody else who had it has finished. */
async function takeTurn(path: string, signal: AbortSignal): Promise<Turn | undefined> {
  const waiting = new Set<Socket>();
  const server = createServer((socket) => {
    waiting.add(socket);
    socket.once("error", () => undefined);
  });
  if (await listens(server, path)) {
    return {
      finish: () => {
        server.close();
        for (const socket of waiting) socket.destroy();
      },
    };
  }
  const other = await tryConnect(path, signal);
  if (other === undefined) {
    // Its owner died. Should two clear it away at the same time, two coordinators are started, and one of them ends.
    if (process.platform !== "win32") await rm(path, { force: true });
    return undefined;
  }
  const closed = new Promise((resolve) => {
    other.once("error", () => undefined);
    other.once("close", resolve).resume();
  });
  try {
    await abortable(closed, signal);
    return undefined;
  } finally {
    other.destroy();
  }
}

function listens(server: Server, path: string): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  server.once("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EADDRINUSE") resolve(false);
    else reject(new CoordinatorError({ problem: `No socket can be made at ${path}: ${error.message}.` }, error));
  });
  server.listen(path, () => {
    resolve(true);
  });
  return promise;
}

/** Nobody, or nobody any more: one that ends breaks the connections that it has not taken yet. */
function isNobodyThere({ code }: NodeJS.ErrnoException): boolean {
  return code === "ENOENT" || code === "ECONNREFUSED" || code === "ECONNRESET" || code === "EPIPE";
}
