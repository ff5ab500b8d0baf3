import type { Readable } from "node:stream";

const HEADER_BYTES = 8;
const STDERR = 2;

/** Longest error output that is kept, in characters: its end says what went wrong. */
const MAX_ERROR_LENGTH = 2000;

/** Collects what a command writes to standard error. */
export interface ErrorOutput {
  /** The end of it. */
  text: string;
}

/**
 * What a command writes to standard output, as it arrives; what it writes to standard error goes to `errors`. The engine
 * sends both in frames: a byte for the stream, three zero bytes, four for the length.
 *
 * Source: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach
 */
export async function* standardOutput(stream: Readable, errors: ErrorOutput): AsyncGenerator<Buffer> {
  let header = Buffer.alloc(0);
  let remaining = 0;
  for await (const received of stream) {
    let chunk = received as Buffer;
    while (chunk.length > 0) {
      if (remaining === 0) {
        const missing = HEADER_BYTES - header.length;
        header = Buffer.concat([header, chunk.subarray(0, missing)]);
        chunk = chunk.subarray(missing);
        if (header.length < HEADER_BYTES) break;
        remaining = header.readUInt32BE(4);
      }
      const payload = chunk.subarray(0, remaining);
      chunk = chunk.subarray(payload.length);
      remaining -= payload.length;
      if (payload.length > 0 && header[0] === STDERR) {
        errors.text = (errors.text + payload.toString()).slice(-MAX_ERROR_LENGTH);
      } else if (payload.length > 0) yield payload;
      if (remaining === 0) header = Buffer.alloc(0);
    }
  }
}
