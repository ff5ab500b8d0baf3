import { readdir, rm, stat } from "node:fs/promises";
import type { Server } from "node:net";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { socketPath } from "./state-directory.ts";

/** How long a socket may have a name before anybody listens at it, in milliseconds; far more than it takes. */
const BINDING_MS = 100;

/** A socket that a process keeps as long as it lives. Dispose it when nobody needs to know any more. */
export type Presence = AsyncDisposable;

/**
 * Shows that this process lives: the system accepts connections for it, however busy it is, and stops when it dies. Unlike its
 * number, that holds between containers and is never somebody else's.
 *
 * @param memberId - Names the socket.
 */
export async function showPresence(directory: string, memberId: string): Promise<Presence> {
  const server = createServer((socket) => socket.destroy());
  await listen(server, presencePath(directory, memberId));
  server.unref();
  return {
    [Symbol.asyncDispose]: async () => {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Whether the process that shows its presence under this id lives. */
export function isPresent(directory: string, memberId: string): Promise<boolean> {
  return isListening(presencePath(directory, memberId));
}

async function isListening(path: string): Promise<boolean> {
  const socket = connect(path);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  socket.once("connect", () => {
    resolve(true);
  });
  socket.once("error", ({ code }: NodeJS.ErrnoException) => {
    // Anything but these leaves it open, as does a queue that is full: better to keep what is used than to remove it.
    resolve(code !== "ECONNREFUSED" && code !== "ENOENT");
  });
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}

/** Removes what a process that died left of its presence. */
export async function clearPresence(directory: string, memberId: string): Promise<void> {
  if (process.platform !== "win32") await rm(presencePath(directory, memberId), { force: true });
}

/**
 * Removes the sockets that processes left which died: those of members that nobody wrote down, or that nobody was there to
 * see die, and that of one who was killed while it started a coordinator. For whoever holds the journal's lock.
 */
export async function clearStaleSockets(directory: string, nowMs: number): Promise<void> {
  if (process.platform === "win32") return; // Pipes go with their processes.
  const names = (await readdir(directory)).filter((name) => /^(election|m-[0-9a-f]+)$/.test(name));
  const clear = async (path: string): Promise<void> => {
    const stats = await stat(path).catch(() => undefined);
    if (stats === undefined || nowMs - stats.mtimeMs < BINDING_MS || (await isListening(path))) return;
    await rm(path, { force: true });
  };
  await Promise.all(names.map((name) => clear(join(directory, name))));
}

function presencePath(directory: string, memberId: string): string {
  return socketPath(directory, `m-${memberId}`);
}

function listen(server: Server, path: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject).listen(path, resolve);
  return promise;
}
