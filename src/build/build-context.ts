import { createHash } from "node:crypto";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";

/** A file, directory or symbolic link of what an image is built from. */
export interface ContextEntry {
  /** Path below the context's directory, with `/` between its parts. */
  readonly path: string;
  /** Where it is on this machine. */
  readonly source: string;
  /** What it is. */
  readonly type: "file" | "directory" | "symlink";
  /** Permission bits. */
  readonly mode: number;
}

/** Tells which paths are left out. */
interface IgnoreRules {
  readonly ignores: (path: string) => boolean;
  /** Whether something may be taken in again of a directory that is left out. */
  readonly hasExceptions: boolean;
}

const IGNORE_FILE = ".dockerignore";

/**
 * All that a Dockerfile may copy: what is in the directory, but for what its `.dockerignore` names. By path, in the order of their
 * characters.
 *
 * @param dockerfile - Its path in the directory; it is there whatever `.dockerignore` says.
 */
export async function readBuildContext(directory: string, dockerfile: string): Promise<readonly ContextEntry[]> {
  const rules = await readIgnoreRules(directory, [dockerfile, IGNORE_FILE]);
  const entries = await entriesBelow(directory, "", rules);
  return entries.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * Identifies what a build would be given: names, permissions and content, in whichever directory it is. When something was changed
 * makes no difference, nor does what `.dockerignore` names.
 *
 * @param options - What besides the files decides what is built.
 */
export async function buildDigest(entries: readonly ContextEntry[], options: object): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(options));
  for (const entry of entries) {
    const content = await contentOf(entry);
    const { path, type, mode } = entry;
    hash.update(JSON.stringify([path, type, mode, content.length])).update(content);
  }
  return hash.digest("hex").slice(0, 32);
}

/** The bytes of a file, the path that a link leads to; nothing for a directory. */
export async function contentOf({ source, type }: ContextEntry): Promise<Buffer> {
  if (type === "file") return readFile(source);
  return Buffer.from(type === "symlink" ? await readlink(source) : "");
}

async function readIgnoreRules(directory: string, kept: readonly string[]): Promise<IgnoreRules> {
  const text = await readFile(join(directory, IGNORE_FILE), "utf8").catch(() => undefined);
  if (text === undefined) return { ignores: () => false, hasExceptions: false };
  const { default: module } = await import("@balena/dockerignore");
  const patterns = text.split(/\r?\n/);
  const rules = module.default().add([...patterns]);
  return {
    ignores: (path) => !kept.includes(path) && rules.ignores(path),
    // What is kept in any case may be in a directory that is not.
    hasExceptions: patterns.some((line) => line.trim().startsWith("!")) || kept.some((path) => path.includes("/")),
  };
}

async function entriesBelow(root: string, below: string, rules: IgnoreRules): Promise<readonly ContextEntry[]> {
  const names = await readdir(join(root, below));
  const found = await Promise.all(
    names.map(async (name): Promise<readonly ContextEntry[]> => {
      const path = below === "" ? name : `${below}/${name}`;
      const isIgnored = rules.ignores(path);
      if (isIgnored && !rules.hasExceptions) return [];
      const entry = await entryAt(join(root, path), path);
      const inside = entry?.type === "directory" ? await entriesBelow(root, path, rules) : [];
      return isIgnored || entry === undefined ? inside : [entry, ...inside];
    }),
  );
  return found.flat();
}

/** Nothing for a socket or a device, which no image can hold. */
async function entryAt(source: string, path: string): Promise<ContextEntry | undefined> {
  const stats = await lstat(source);
  const mode = stats.mode & 0o7777;
  if (stats.isFile()) return { path, source, type: "file", mode };
  if (stats.isDirectory()) return { path, source, type: "directory", mode };
  return stats.isSymbolicLink() ? { path, source, type: "symlink", mode } : undefined;
}
