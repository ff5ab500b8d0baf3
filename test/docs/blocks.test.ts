import { describe, expect, test } from "vitest";
import { uncovered } from "./support/coverage.ts";
import { allBlocks, blocksOf } from "./support/markdown.ts";
import { fragmentFiles, projectFiles } from "./support/projects.ts";
import { publicNames, typeProblems } from "./support/type-check.ts";

describe("every block of a document is tested in some way", () => {
  test("in this repository", () => {
    const blocks = allBlocks();
    expect(blocks.length).toBeGreaterThan(40);
    expect(uncovered(blocks)).toEqual([]);
  });

  test("and one that is not is named", () => {
    const blocks = page("```ts", "a;", "```", "<!-- test: types -->", "", "```ts", "b;", "```", "```toml", "c", "```");
    expect(uncovered(blocks)).toEqual([
      "page.md:1: say how it is tested: types or project",
      'page.md:9: a block\'s language must be one that is tested, not "toml"',
    ]);
  });

  test("and a comment counts only for the block behind it", () => {
    const blocks = page("<!-- test: types -->", "Something else.", "```ts", "a;", "```");
    expect(uncovered(blocks)).toHaveLength(1);
  });
});

describe("TypeScript blocks compile against the built package", () => {
  test("in this repository", async () => {
    const blocks = allBlocks();
    const files = new Map([...projectFiles(blocks), ...fragmentFiles(blocks, publicNames())]);
    expect(files.size).toBeGreaterThan(20);
    expect(await typeProblems(files)).toEqual([]);
  });

  test("and what does not is named by its place in the document", async () => {
    const blocks = page(
      "<!-- test: types -->",
      "```ts",
      'const db = postgres("postgres:17-alpine", { databse: "shop" });',
      "```",
      "And then:",
      "<!-- test: types continues -->",
      "```ts",
      "",
      "const text: string = db;",
      "```",
    );
    const problems = await typeProblems(fragmentFiles(blocks, publicNames()));
    expect(problems).toEqual([
      expect.stringMatching(/^page\.md:3: .*'databse'/s),
      expect.stringMatching(/^page\.md:9: Type 'ServiceDefinition<.*' is not assignable to type 'string'/s),
    ]);
  });
});

function page(...lines: readonly string[]): ReturnType<typeof blocksOf> {
  return blocksOf({ path: "page.md", text: lines.join("\n") });
}
