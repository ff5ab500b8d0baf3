import type { Block } from "./markdown.ts";
import { place } from "./markdown.ts";

/** The ways in which a block of a language can be tested; one of them must be named ahead of it. */
const waysByLanguage: Readonly<Record<string, readonly string[]>> = {
  ts: ["types", "project"],
  sql: ["project"],
  json: ["project"],
  yaml: ["project"],
  text: ["message", "output", "help"],
};

/** These need no comment: every command is looked up, and a diagram is only read by people. */
const alwaysCovered = ["sh", "mermaid"];

/** One sentence for every block that no test would look at. */
export function uncovered(blocks: readonly Block[]): readonly string[] {
  return blocks.flatMap((block) => {
    const { language, directive } = block;
    if (alwaysCovered.includes(language)) return [];
    const ways = waysByLanguage[language];
    if (ways === undefined)
      return [`${place(block)}: a block's language must be one that is tested, not "${language}"`];
    const named = ways.filter((way) => way in directive);
    if (named.length !== 1) return [`${place(block)}: say how it is tested: ${ways.join(" or ")}`];
    if (named[0] === "project" && (directive["file"] ?? "") === "") return [`${place(block)}: which file is it?`];
    return [];
  });
}
