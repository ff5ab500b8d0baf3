import { describe, expect, test } from "vitest";
import type { DatabaseState, ResetPlan } from "../../../../../src/services/postgres/reset/reset-plan.ts";
import { statementsToReset } from "../../../../../src/services/postgres/reset/reset-plan.ts";

const ordinary = { hasRows: false, hasSideEffects: false };
const plan: ResetPlan = {
  tables: [
    { ...ordinary, oid: "1", name: "empty", line: ["1"] },
    { ...ordinary, oid: "2", name: "seeded", line: ["2"], hasRows: true, putBack: "SELECT put_back()" },
    { ...ordinary, oid: "3", name: "large", line: ["3"], hasRows: true },
    { ...ordinary, oid: "4", name: "part", line: ["4", "9"] },
    { ...ordinary, oid: "5", name: "always", line: ["5"], hasSideEffects: true },
  ],
  marks: [
    { table: "1", kind: "changed", sequence: "11" },
    { table: "2", kind: "inserted", sequence: "12" },
    { table: "2", kind: "changed", sequence: "13" },
    { table: "3", kind: "inserted", sequence: "14" },
    { table: "3", kind: "changed", sequence: "15" },
    { table: "9", kind: "changed", sequence: "16" },
    { table: "5", kind: "changed", sequence: "17" },
  ],
  definitionsMark: "20",
  sequences: [{ oid: "30", name: "id" }],
};
const pristine: DatabaseState = {
  marks: plan.marks.map(({ sequence }) => (sequence === "11" ? "5" : null)),
  sequences: ["7 t"],
  rest: "as it was",
  sizeBytes: 8192,
};

/** What is to be done when marks moved, of the sequences with these object ids, and the rest became something else. */
function statementsAfter(moved: readonly string[], rest: Partial<DatabaseState> = {}): readonly string[] | undefined {
  const marks = plan.marks.map(({ sequence }, index) =>
    moved.includes(sequence) ? "6" : (pristine.marks[index] ?? null),
  );
  return statementsToReset(plan, { state: pristine, transactionId: "1000" }, { ...pristine, marks, ...rest });
}

describe("a database is reset by", () => {
  test.for<[string, readonly string[], readonly string[]]>([
    ["nothing, when no mark moved", [], []],
    ["deleting all rows, where the template has none", ["11"], ["DELETE FROM ONLY empty"]],
    [
      "deleting what is newer, where rows were only added",
      ["12"],
      ["DELETE FROM ONLY seeded WHERE pg_catalog.age(xmin) < pg_catalog.age('1000'::pg_catalog.xid)"],
    ],
    ["putting rows back, where any changed", ["12", "13"], ["DELETE FROM ONLY seeded", "SELECT put_back()"]],
    ["deleting rows of what is a part of the table that was written to", ["16"], ["DELETE FROM ONLY part"]],
    [
      "deleting what is newer, however many there are that cannot be put back",
      ["14"],
      ["DELETE FROM ONLY large WHERE pg_catalog.age(xmin) < pg_catalog.age('1000'::pg_catalog.xid)"],
    ],
  ])("%s", ([, moved, statements]) => {
    expect(statementsAfter(moved)).toEqual(statements);
  });

  test("setting back sequences, to what they were before", () => {
    expect(statementsAfter([], { sequences: ["9 t"] })).toEqual([
      "SELECT pg_catalog.setval('30'::pg_catalog.regclass, 7, 't')",
    ]);
  });
});

describe("a database is not reset", () => {
  test.for<[string, readonly string[], Partial<DatabaseState>]>([
    ["when rows changed that cannot be put back", ["15"], {}],
    ["when rows were written that nothing deletes without doing more", ["17"], {}],
    ["when anything but rows changed", [], { rest: "otherwise" }],
    ["when it has become too large", [], { sizeBytes: 8192 + 1024 * 1024 + 1 }],
  ])("%s", ([, moved, rest]) => {
    expect(statementsAfter(moved, rest)).toBeUndefined();
  });
});
