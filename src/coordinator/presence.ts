import { rm } from "node:fs/promises";
import type { Server } from "node:net";
import { connect, createServer } from "node:net";
import { socketPath } from "./state-directory.ts";

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
export async function isPresent(directory: string, memberId: string): Promise<boolean> {
  const socket = connect(presencePath(directory, memberId));
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

function presencePath(directory: string, memberId: string): string {
  return socketPath(directory, `m-${memberId}`);
}

function listen(server: Server, path: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject).listen(path, resolve);
  return promise;
}
