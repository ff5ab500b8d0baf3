import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../../support/source-tree.ts";
import type { Document } from "./markdown.ts";
import { proseOf } from "./markdown.ts";

/** One sentence for every relative link of a document that leads nowhere. */
export function brokenLinks(document: Document): readonly string[] {
  const lines = proseOf(document).split("\n");
  return lines.flatMap((line, index) =>
    targetsIn(line).flatMap((target) => {
      const problem = problemOf(target, document.path);
      return problem === undefined ? [] : [`${document.path}:${index + 1}: ${problem}`];
    }),
  );
}

function targetsIn(line: string): readonly string[] {
  const withoutCode = line.replaceAll(/`[^`]*`/g, (code) => "x".repeat(code.length));
  const targets = [...withoutCode.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return targets.filter((target) => !/^(https?|mailto):/.test(target));
}

function problemOf(target: string, from: string): string | undefined {
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? join(root, from) : join(root, dirname(from), path);
  if (!existsSync(file)) return `${target} does not exist`;
  if (anchor === undefined) return undefined;
  return anchorsOf(readFileSync(file, "utf8")).includes(anchor) ? undefined : `${target}: there is no such heading`;
}

/** What GitHub calls the headings of a page. */
function anchorsOf(text: string): readonly string[] {
  const headings = proseOf({ path: "", text }).matchAll(/^#+\s+(.*)$/gm);
  return [...headings].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(/\s/g, "-"),
  );
}
