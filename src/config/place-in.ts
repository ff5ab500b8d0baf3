import type { Document, Node } from "yaml";
import { isAlias, isMap, isNode, isSeq } from "yaml";

/**
 * Where in a text something is written that is at a path, as `line:column`: its key, or its value in a list. Or else the nearest
 * that it would be in.
 */
export function placeIn(document: Document.Parsed, text: string, path: string): string {
  return placeAt(text, offsetOf(document, path));
}

/** The line and the column of an offset, both counted from 1. */
export function placeAt(text: string, offset: number): string {
  const lines = text.slice(0, offset).split("\n");
  return `${lines.length}:${(lines.at(-1) ?? "").length + 1}`;
}

function offsetOf(document: Document.Parsed, path: string): number {
  let offset = startOf(document.contents) ?? 0;
  let within: unknown = document.contents;
  let rest = path;
  while (rest !== "") {
    const collection = isAlias(within) ? within.resolve(document) : within;
    const found = stepInto(collection, rest);
    if (found === undefined) return offset;
    offset = startOf(found.written) ?? offset;
    within = found.value;
    rest = found.rest;
  }
  return offset;
}

/** The next thing on the way along a path. */
interface Step {
  /** What is pointed at. */
  readonly written: unknown;
  /** What the rest of the path is in. */
  readonly value: unknown;
  /** What of the path is left. */
  readonly rest: string;
}

/** A key may have dots itself, as those of labels do: the longest that fits is taken. */
function stepInto(collection: unknown, path: string): Step | undefined {
  if (isMap<Node, Node>(collection)) {
    const fitting = collection.items.filter(({ key }) => isAhead(String(key), path));
    const pair = fitting.toSorted((one, other) => String(other.key).length - String(one.key).length)[0];
    return pair && { written: pair.key, value: pair.value, rest: path.slice(String(pair.key).length + 1) };
  }
  if (!isSeq(collection)) return undefined;
  const [index = ""] = path.split(".");
  const item = collection.items[Number(index)];
  return item === undefined ? undefined : { written: item, value: item, rest: path.slice(index.length + 1) };
}

function isAhead(key: string, path: string): boolean {
  return path === key || path.startsWith(`${key}.`);
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
