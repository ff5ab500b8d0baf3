import assert from "node:assert/strict";
import { test } from "node:test";

test("a test that needs no service", () => {
  assert.equal(1 + 1, 2);
});
