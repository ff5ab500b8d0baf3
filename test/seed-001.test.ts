import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { problemsOfTest } from "./controls/problems.ts";
import { controls } from "./controls/table.ts";
import { root } from "./support/source-tree.ts";

/** One row of the table: what is there, the files that do it, and the tests that prove it. */
interface Row {
  readonly number: number;
  readonly sources: readonly string[];
  readonly tests: readonly { readonly file: string; readonly name: string }[];
}

const ROWS = 85;
const rows = rowsOf(readFileSync(join(root, "docs/seed-001.md"), "utf8"));

test("every row of the lifecycle document is there once, in order", () => {
  expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: ROWS }, (_, index) => index + 1));
});

describe("a row names files and tests that exist, and tests that were seen to fail without what they prove", () => {
  test.for(rows.map((row) => [row.number, row] as const))("%i", ([, { sources, tests }]) => {
    expect(sources.length, "files").toBeGreaterThan(0);
    expect(tests.length, "tests").toBeGreaterThan(0);
    expect(sources.filter((file) => !existsSync(join(root, file)))).toEqual([]);
    expect(tests.flatMap(({ file, name }) => problemsOfTest(name, file, root))).toEqual([]);
    const proven = controls.map((control) => `${control.test.file}: ${control.test.name}`);
    expect(tests.map(({ file, name }) => `${file}: ${name}`).filter((one) => !proven.includes(one))).toEqual([]);
  });
});

test("each of the rows that are not made of others has a control under its number", () => {
  const made = new Set(controls.map(({ row }) => row));
  const composite = [82]; // Practices that other rows are.
  const missing = rows.map(({ number }) => number).filter((number) => !made.has(number));
  expect(missing).toEqual(composite);
});

/** Rows are `| number | what | files | tests |`: files as links, a test as the link to its file and its name in italics. */
function rowsOf(text: string): readonly Row[] {
  return text
    .split("\n")
    .filter((line) => /^\| \d+ /.test(line))
    .map((line) => {
      const [, number = "", , sources = "", tests = ""] = line.split(/(?<!\\)\|/);
      return {
        number: Number(number),
        sources: [...sources.matchAll(/\]\(\.\.\/([^)]+)\)/g)].map(([, path = ""]) => path),
        tests: [...tests.matchAll(/\]\(\.\.\/([^)]+)\): ([^<]+)/g)].map(([, file = "", name = ""]) => ({
          file,
          name: name.trim().replaceAll("\\|", "|").replaceAll("\\*", "*"),
        })),
      };
    });
}
