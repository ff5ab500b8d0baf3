import { expect, test } from "vitest";
import { excesses, measure, type Limits } from "./support/shape.ts";
import { readTree } from "./support/source-tree.ts";

const limits: Limits = {
  files: { median: 80, p90: 180, max: 300 },
  functions: { median: 10, p90: 25, max: 60 },
  documentedExportsRatio: 1,
  documentedMembersRatio: 0.8,
  anys: 0,
  castsPerThousandLines: 3,
  bareErrors: 0,
};

test("src keeps its shape", () => {
  expect(excesses(measure(readTree("src")), limits)).toEqual([]);
});

test("a tree that has lost its shape hears where", () => {
  const long = `/** Long. */\nexport function long(): void {\n${"  work();\n".repeat(299)}}\n`;
  const careless = [
    "export interface Options {",
    "  a: any;",
    "  /** Documented. */",
    "  b: unknown;",
    "}",
    "/** Documented. */",
    "export class Box {",
    '  #secret = [1] as const; label = "x" as string;',
    '  private hidden() { throw new TypeError("no"); }',
    "  constructor() { /* Not a member. */ }",
    "}",
  ].join("\n");
  const tree = new Map([
    ["src/long.ts", long],
    ["src/careless.ts", careless],
  ]);

  expect(excesses(measure(tree), limits)).toEqual([
    "the median file has 302 lines, at most 80: src/long.ts (302)",
    "the file at P90 has 302 lines, at most 180: src/long.ts (302)",
    "the longest file has 302 lines, at most 300: src/long.ts (302)",
    "the median function has 301 lines, at most 10: src/long.ts:2 (301)",
    "the function at P90 has 301 lines, at most 25: src/long.ts:2 (301)",
    "the longest function has 301 lines, at most 60: src/long.ts:2 (301)",
    "66 % of exports are documented, at least 100 %: src/careless.ts:1",
    "33 % of members are documented, at least 80 %: src/careless.ts:1 a, src/careless.ts:7 label",
    "1 `any`, at most 0: src/careless.ts:2",
    "1 `as`, at most 0: src/careless.ts:8",
    "1 bare errors, at most 0: src/careless.ts:9",
  ]);
});

test("what is exactly at a limit is within it", () => {
  const tree = new Map([["src/a.ts", `/** Documented. */\nexport const a = 1;\n${"\n".repeat(78)}`]]);

  expect(excesses(measure(tree), limits)).toEqual([]);
});
