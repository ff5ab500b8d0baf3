import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../support/source-tree.ts";

/** A file that people read. */
export interface Document {
  /** Its path from the root of the repository, with `/` on every platform. */
  readonly path: string;
  readonly text: string;
}

/** A fenced block of a document. */
export interface Block {
  /** Path of its document. */
  readonly document: string;
  /** The document's line on which it opens. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
  /** What the comment ahead of it says, by name: `<!-- test: project=tour file=a.ts run -->`. Names alone have "". */
  readonly directive: Readonly<Record<string, string>>;
}

/** Every document of the repository. */
export function documents(): readonly Document[] {
  const ignored = new Set(["node_modules", "dist", ".git", ".toolchain", "coverage"]);
  const below = (folder: string): string[] =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return ignored.has(entry.name) ? [] : below(path);
      return entry.name.endsWith(".md") ? [path] : [];
    });
  return below("")
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}

/** Every fenced block of a document, in order. */
export function blocksOf({ path, text }: Document): readonly Block[] {
  const blocks: Block[] = [];
  const lines = text.split("\n");
  let directive: Block["directive"] = {};
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const comment = /^\s*<!-- test: (.*) -->\s*$/.exec(line);
    const fence = /^(\s*)(```+)(\w*)/.exec(line);
    if (comment !== null) directive = readDirective(comment[1] ?? "");
    else if (fence !== null) {
      const [, indent = "", marks = "", language = ""] = fence;
      const end = lines.findIndex((other, index) => index > at && other.trim() === marks);
      if (end === -1) throw new Error(`${path}:${at + 1}: the block is never closed`);
      const content = lines.slice(at + 1, end).map((inner) => inner.slice(indent.length));
      blocks.push({ document: path, line: at + 1, language, text: `${content.join("\n")}\n`, directive });
      directive = {};
      at = end;
    } else if (line.trim() !== "") directive = {}; // It belongs to the block right behind it, or to none.
  }
  return blocks;
}

function readDirective(text: string): Block["directive"] {
  const words = text.split(/\s+/).filter((word) => word !== "");
  return Object.fromEntries(
    words.map((word) => {
      const [name = "", ...value] = word.split("=");
      return [name, value.join("=")];
    }),
  );
}

/** Every block of every document. */
export function allBlocks(): readonly Block[] {
  return documents().flatMap(blocksOf);
}

/** Where a block is, for messages. */
export function place({ document, line }: Block): string {
  return `${document}:${line}`;
}

/** The same document without its fenced blocks. Lines keep their numbers. */
export function proseOf({ text }: Document): string {
  let isInside = false;
  return text
    .split("\n")
    .map((line) => {
      const isFence = /^\s*```/.test(line);
      const isProse = !isInside && !isFence;
      if (isFence) isInside = !isInside;
      return isProse ? line : "";
    })
    .join("\n");
}
