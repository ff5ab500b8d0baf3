import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { parse } from "../support/source-tree.ts";
import type { Control } from "./control.ts";
import { literally } from "./literally.ts";

/** One sentence for each thing about a control that the tree has outgrown; none when it can be tried. */
export function problemsOf({ feature, test, off }: Control, root: string): readonly string[] {
  const found = [...problemsOfTest(test.name, test.file, root), ...problemsOfChange(off, root)];
  return found.map((problem) => `${feature}: ${problem}`);
}

/** One sentence for each part of a test's name that its file does not have. */
export function problemsOfTest(name: string, file: string, root: string): readonly string[] {
  const path = join(root, file);
  if (!existsSync(path)) return [`there is no ${file}.`];
  const titles = titlesIn(file, readFileSync(path, "utf8"));
  const unknown = name.split(" > ").filter((part) => !titles.some((title) => title.test(part)));
  return unknown.map((part) => `${file} has no ${JSON.stringify(part)}.`);
}

function problemsOfChange({ file, find, replace }: Control["off"], root: string): readonly string[] {
  const path = join(root, file);
  if (!existsSync(path)) return [`there is no ${file}.`];
  const count = readFileSync(path, "utf8").split(find).length - 1;
  if (find === replace) return [`the change of ${file} changes nothing.`];
  return count === 1 ? [] : [`${file} has ${count} times what is to be replaced, not once: ${JSON.stringify(find)}`];
}

/** Every text of a file that can be the title of a test; what vitest or the file fills in can be anything. */
function titlesIn(file: string, source: string): readonly RegExp[] {
  const titles: RegExp[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) titles.push(titleOf([node.text]));
    if (ts.isTemplateExpression(node)) {
      titles.push(titleOf([node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)]));
    }
    node.forEachChild(visit);
  };
  visit(parse(file, source));
  return titles;
}

function titleOf(pieces: readonly string[]): RegExp {
  const fixed = pieces.flatMap((piece) => piece.split(/%[sdifjoOc]|\$[\w.]+/)).map(literally);
  // What is nothing but holes would match every name.
  return fixed.join("") === "" ? /^(?!)/ : new RegExp(`^${fixed.join(".*")}$`, "s");
}
