import { expect, test } from "vitest";
import { fixtureNames } from "../../../../src/integrations/vitest/fixture-names.ts";

/** A function of this source. */
function written(source: string): () => void {
  return Object.assign(() => undefined, { toString: () => source });
}

test.for<[string, readonly string[]]>([
  ["({ db }) => {}", ["db"]],
  ["async ({ db, cache }) => {}", ["db", "cache"]],
  ["async function named({ db }) {}", ["db"]],
  ["function ({ db }, use) {}", ["db"]],
  ["fixture({ db }) {}", ["db"]],
  ["async fixture({ $worker, a_1 }) {}", ["$worker", "a_1"]],
  ["({ db: renamed }) => {}", ["db"]],
  ["({ db = 1, cache: { length } = '' }) => {}", ["db", "cache"]],
  ["({ db: [first, second], cache: { a, b: { c } } }) => {}", ["db", "cache"]],
  ["({\n  db,\n  cache,\n}) => {}", ["db", "cache"]],
  ["(/* one */ { db /* , unused */, // another }\n cache }) => {}", ["db", "cache"]],
  ["({}) => {}", []],
  ["() => {}", []],
  ["(context) => {}", []],
  ["context => {}", []],
  ["(context, { db }) => {}", []],
])("%s takes %j", ([source, names]) => {
  expect(fixtureNames(written(source), 0)).toEqual(names);
});

test("another parameter than the first can be the one", () => {
  expect(fixtureNames(written("(row, { db }) => {}"), 1)).toEqual(["db"]);
  expect(fixtureNames(written("({ id, name }, { db }) => {}"), 1)).toEqual(["db"]);
  expect(fixtureNames(written("(row) => {}"), 1)).toEqual([]);
});

test("what a real function says is what is read", () => {
  expect(fixtureNames(async ({ db, cache: kept }: Record<string, unknown>) => [db, kept], 0)).toEqual(["db", "cache"]);
});
