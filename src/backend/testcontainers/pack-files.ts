import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";
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
