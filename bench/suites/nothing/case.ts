import { expect, test } from "vitest";

for (let number = 1; number <= 10; number++) {
  test(`has no database, ${number}`, () => {
    expect(["mine"]).toHaveLength(1);
  });
}
