import { lstat, rm } from "node:fs/promises";
import type { Server, Socket } from "node:net";
import { connect, createServer } from "node:net";
import { CoordinatorError } from "../errors/coordinator-error.ts";
import { systemClock } from "../time/system-clock.ts";
import { sleep } from "../time/sleep.ts";
import type { CoordinatorProcessOptions } from "./coordinator-options.ts";

/** How to reach a coordinator, and to start it when there is none. */
export interface CoordinatorAddress extends CoordinatorProcessOptions {
  /** The variables that its process gets. */
  readonly environment: Readonly<Record<string, string>>;
}

/** How long reaching a coordinator may take, in milliseconds. */
const CONNECT_TIMEOUT_MS = 30_000;

/** How long to wait for one that is just beginning, or just ending, in milliseconds. */
const RETRY_MS = 20;

/** How often one may end before it listens until that is more than bad luck: one that is killed must have a successor. */
const MAX_FAILED_STARTS = 5;

/**
 * A connection to the coordinator, which is started when there is none. The caller owns the connection.
 *
 * @throws CoordinatorError when it cannot be started or reached.
 */
export async function connectCoordinator(address: CoordinatorAddress, signal?: AbortSignal): Promise<Socket> {
  const { socket, log } = address.paths;
  await refuseForeignSocket(socket);
  const giveUpAtMs = systemClock.now() + CONNECT_TIMEOUT_MS;
  let failedStarts = 0;
  while (systemClock.now() < giveUpAtMs) {
    signal?.throwIfAborted();
    const connected = await tryConnect(socket);
    if (connected !== undefined) return connected;
    try {
      if (!(await start(address))) continue;
    } catch (error) {
      failedStarts += 1;
      if (failedStarts === MAX_FAILED_STARTS) throw error;
    }
    const started = await tryConnect(socket);
    if (started !== undefined) return started;
    await sleep(systemClock, RETRY_MS, signal);
  }
  throw new CoordinatorError({ problem: `No coordinator could be reached within ${CONNECT_TIMEOUT_MS} ms.`, log });
}

/**
 * A connection to the coordinator that runs.
 *
 * @returns `undefined` when none does.
 */
export async function tryConnect(path: string): Promise<Socket | undefined> {
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
  return promise;
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
async function start(address: CoordinatorAddress): Promise<boolean> {
  const { paths, environment } = address;
  const turn = await takeTurn(paths.election);
  if (turn === undefined) return false;
  try {
    const { startCoordinator } = await import("./start-coordinator.ts"); // Only few processes ever start one.
    await startCoordinator(address, environment);
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
async function takeTurn(path: string): Promise<Turn | undefined> {
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
  const other = await tryConnect(path);
  if (other === undefined) {
    // Its owner died. Should two clear it away at the same time, two coordinators are started, and one of them ends.
    if (process.platform !== "win32") await rm(path, { force: true });
    return undefined;
  }
  await new Promise((resolve) => {
    other.once("error", () => undefined);
    other.once("close", resolve).resume();
  });
  return undefined;
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
