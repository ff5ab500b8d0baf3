import { buffer } from "node:stream/consumers";
import { extract } from "tar-stream";

/** The content of the first file in a tar archive; empty when it holds none. */
export async function unpackFirstFile(archive: NodeJS.ReadableStream): Promise<Buffer> {
  const entries = archive.pipe(extract());
  for await (const entry of entries) {
    if (entry.header.type === "file") return buffer(entry);
    entry.resume();
  }
  return Buffer.alloc(0);
}
