import type { Socket } from "node:net";
import { connect } from "node:net";
import { addAbortSignal } from "node:stream";
import { hasCode } from "../errors/cleanroom-error.ts";
import { messageOf } from "../errors/describe.ts";
import { ProbeError } from "../errors/probe-error.ts";

/** What is said of a connection that the other side closed without a word. */
export const CLOSED = "the connection was closed";

/** Where to connect to. */
export interface Address {
  /** Host name or address. */
  readonly host: string;
  /** TCP port. */
  readonly port: number;
}

/**
 * Opens a connection, runs `talk` on it, and closes it whatever happens.
 *
 * @throws ProbeError when the connection is refused or breaks.
 */
export async function withConnection<T>(
  { host, port }: Address,
  signal: AbortSignal,
  talk: (socket: Socket) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const socket = addAbortSignal(signal, connect({ host, port, noDelay: true }));
  const { promise: broken, reject } = Promise.withResolvers<never>();
  socket.once("error", reject);
  socket.once("close", () => {
    reject(new ProbeError(CLOSED));
  });
  try {
    return await Promise.race([talk(socket), broken]);
  } catch (error) {
    signal.throwIfAborted();
    throw hasCode(error, "CLEANROOM_PROBE_FAILED") ? error : new ProbeError(messageOf(error), error);
  } finally {
    socket.destroy();
    broken.catch(() => undefined);
  }
}

/** Sends `request` and resolves with the first piece of the answer. */
export function exchange(address: Address, request: Buffer, signal: AbortSignal): Promise<Buffer> {
  return withConnection(address, signal, (socket) => {
    const { promise: answer, resolve } = Promise.withResolvers<Buffer>();
    socket.once("data", resolve);
    socket.write(request);
    return answer;
  });
}
