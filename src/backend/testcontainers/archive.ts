import { buffer } from "node:stream/consumers";
import { extract, pack } from "tar-stream";
import type { FileSpec } from "../../spec/container-spec.ts";

/** A tar archive that puts `files` at their absolute paths, owned by root. */
export function packFiles(files: readonly FileSpec[]): Promise<Buffer> {
  const archive = pack();
  for (const { path, contentBase64, mode } of files) {
    archive.entry({ name: path.replace(/^\/+/, ""), mode }, Buffer.from(contentBase64, "base64"));
  }
  archive.finalize();
  return buffer(archive);
}

/** The content of the first file in a tar archive; empty when it holds none. */
export async function unpackFirstFile(archive: NodeJS.ReadableStream): Promise<Buffer> {
  const entries = archive.pipe(extract());
  for await (const entry of entries) {
    if (entry.header.type === "file") return buffer(entry);
    entry.resume();
  }
  return Buffer.alloc(0);
}
