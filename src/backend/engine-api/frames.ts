/** A piece of what a process wrote, and to which of its streams. */
export interface Frame {
  /** The stream it was written to. */
  readonly stream: "stdout" | "stderr";
  /** The bytes. */
  readonly payload: Buffer;
}

const HEADER_BYTES = 8;
const STDERR = 2;

/**
 * Splits the engine's combined output into frames: a byte for the stream, three zero bytes, four for the length.
 * A process with a terminal writes without frames; that is one frame of standard output.
 *
 * Source: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach
 */
export function splitFrames(output: Buffer): readonly Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < output.length;) {
    if (!startsFrame(output, at)) return [{ stream: "stdout", payload: output }];
    const end = at + HEADER_BYTES + output.readUInt32BE(at + 4);
    const payload = output.subarray(at + HEADER_BYTES, end);
    frames.push({ stream: output[at] === STDERR ? "stderr" : "stdout", payload });
    at = end;
  }
  return frames;
}

function startsFrame(output: Buffer, at: number): boolean {
  return output.length - at >= HEADER_BYTES && (output[at] ?? 255) <= STDERR && output.readUIntBE(at + 1, 3) === 0;
}

/** The text of all frames, or of those of one stream, in the order they were written. */
export function textOf(frames: readonly Frame[], stream?: Frame["stream"]): string {
  const wanted = frames.filter((frame) => stream === undefined || frame.stream === stream);
  return Buffer.concat(wanted.map(({ payload }) => payload)).toString();
}
