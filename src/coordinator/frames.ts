import type { Socket } from "node:net";

/** The longest message, in bytes, its line break not counted: far more than any description of a service takes. */
export const MAX_FRAME_BYTES: number = 4 * 1024 * 1024;

const NEWLINE = 0x0a;

/**
 * Calls `onFrame` with each line that arrives. A line is one message, in JSON, which has no line breaks of its own.
 *
 * @param onTooLong - Told of a message that is too long; nothing is read after it.
 */
export function readFrames(
  socket: Socket,
  onFrame: (text: string) => void,
  onTooLong: (problem: string) => void,
): void {
  let parts: Buffer[] = [];
  let pendingBytes = 0;
  const onData = (chunk: Buffer): void => {
    let rest = chunk;
    // Whoever broke the protocol is not listened to any more, whatever else has arrived already.
    for (let end = rest.indexOf(NEWLINE); end !== -1 && !socket.destroyed; end = rest.indexOf(NEWLINE)) {
      const text = Buffer.concat([...parts, rest.subarray(0, end)]).toString();
      parts = [];
      pendingBytes = 0;
      rest = rest.subarray(end + 1);
      onFrame(text);
    }
    if (rest.length > 0) parts.push(rest);
    pendingBytes += rest.length;
    if (pendingBytes <= MAX_FRAME_BYTES || socket.destroyed) return;
    socket.off("data", onData);
    parts = [];
    onTooLong(`a message is longer than ${MAX_FRAME_BYTES} bytes`);
  };
  socket.on("data", onData);
}
