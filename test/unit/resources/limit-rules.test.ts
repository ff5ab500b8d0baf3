import { expect, test } from "vitest";
import { limitRules } from "../../../src/resources/limit-rules.ts";

test("a disk that the engine may not limit is limited by a rule", () => {
  const rule = { metric: "layerBytes", above: 1_000, action: "kill" };

  expect(limitRules({ disk: { bytes: 1_000 } })).toEqual([rule]);
  expect(limitRules({ disk: { bytes: 1_000, by: "monitor" } })).toEqual([rule]);
  expect(limitRules({ disk: { bytes: 1_000, by: "engine" } })).toEqual([]);
  expect(limitRules({ memoryBytes: 1_000 })).toEqual([]);
});
