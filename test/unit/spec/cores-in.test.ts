import { expect, test } from "vitest";
import { coresIn } from "../../../src/spec/cores-in.ts";

test.for<readonly [string, readonly number[]]>([
  ["0", [0]],
  ["0-2", [0, 1, 2]],
  ["0,2", [0, 2]],
  ["1-2,2-3", [1, 2, 3]],
])("%s names its cores, each once", ([list, cores]) => {
  expect(coresIn(list)).toEqual(cores);
});

test.for(["", "x", "-1", "1-", "2-1", "0,", " 0", "0-99999"])("%j is no list of cores", (list) => {
  expect(coresIn(list)).toBeUndefined();
});
