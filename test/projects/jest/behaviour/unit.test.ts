import { expect, test } from "@jest/globals";

test("needs no service", () => {
  expect(1 + 1).toBe(2);
});
