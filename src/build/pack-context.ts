import { Readable } from "node:stream";
import { pack, type Pack } from "tar-stream";
import { contentOf, type ContextEntry } from "./build-context.ts";

/** A tar archive of what an image is built from, owned by root, read as it is sent. */
export function packContext(entries: readonly ContextEntry[]): Readable {
  const archive = pack();
  fill(archive, entries).catch((error: unknown) => {
    archive.destroy(error as Error); // Of the file system.
  });
  return Readable.from(archive, { objectMode: false });
}

async function fill(archive: Pack, entries: readonly ContextEntry[]): Promise<void> {
  for (const entry of entries) {
    const { path: name, type, mode } = entry;
    const content = await contentOf(entry);
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const done = (error?: Error | null): void => {
      if (error) reject(error);
      else resolve(undefined);
    };
    // When it was changed makes no difference to what is built.
    const header = { name, type, mode, mtime: new Date(0) };
    if (type === "file") archive.entry(header, content, done);
    else archive.entry(type === "symlink" ? { ...header, linkname: content.toString() } : header, done);
    await promise;
  }
  archive.finalize();
}
