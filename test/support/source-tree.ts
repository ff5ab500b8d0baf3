import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import ts from "typescript";

/** TypeScript sources by their path from the root of the repository, with `/` on every platform. */
export type SourceTree = ReadonlyMap<string, string>;

/** Where the repository is. */
export const root: string = join(import.meta.dirname, "..", "..");

/** Reads every `.ts` file below a folder of the repository. */
export function readTree(folder: string): SourceTree {
  const files = readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name.endsWith(".ts"),
  );
  return new Map(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [relative(root, path).split(sep).join("/"), readFileSync(path, "utf8")]),
  );
}

/** Parses one file, with parents and comments. */
export function parse(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}
