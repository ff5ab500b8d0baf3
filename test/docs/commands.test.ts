import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { root } from "../support/source-tree.ts";
import { commandProblems, known, type Known } from "./support/commands.ts";
import { allBlocks, blocksOf, place } from "./support/markdown.ts";
import { runNode } from "./support/run-command.ts";

const cleanroom = join(root, "dist", "cli.js");

describe("commands in documents exist", () => {
  let there: Known;
  beforeAll(async () => {
    there = known((await runNode([cleanroom, "--help"], root)).output);
  });

  test("in this repository", () => {
    const blocks = allBlocks().filter(({ language }) => language === "sh");
    expect(blocks.length).toBeGreaterThan(4);
    expect(blocks.flatMap((block) => commandProblems(block, there))).toEqual([]);
  });

  test("and those that do not are named", () => {
    const text = `\`\`\`sh
npm run quickstart        # This one does.
npm run launch && npx cleanroom doctor
npx cleanroom heal
npx vitest run --root examples/shopping
npm install --save-dev cleanroom
CLEANROOM_MODE=fast npm test
frobnicate
\`\`\``;
    const [block] = blocksOf({ path: "page.md", text });
    expect(commandProblems(block!, there)).toEqual([
      "page.md:3: launch is not a script of package.json",
      "page.md:4: heal is not a command of cleanroom",
      "page.md:5: examples/shopping does not exist",
      "page.md:6: cleanroom is not a package we know",
      "page.md:7: Cleanroom does not read the variable CLEANROOM_MODE",
      "page.md:8: frobnicate is not a command we know",
    ]);
  });
});

describe("the output of a command is what the command prints", () => {
  const shown = allBlocks().filter(({ directive }) => "help" in directive);

  test("at least that of --help is shown somewhere", () => {
    expect(shown.length).toBeGreaterThan(0);
  });

  test.for(shown.map((block) => [place(block), block] as const))("%s", async ([, block]) => {
    const [first = "", ...rest] = block.text.split("\n");
    expect(first).toMatch(/^\$ npx cleanroom /);
    const { output } = await runNode([cleanroom, ...first.split(" ").slice(3)], root);
    expect(rest.join("\n")).toBe(output);
  });
});
