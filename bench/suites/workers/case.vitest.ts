import { cleanroomTest } from "cleanroom-test/vitest/test";
import { expect } from "vitest";
import config from "./cleanroom.config.ts";
import { visit } from "./visit.ts";

const test = cleanroomTest(config);

for (let number = 1; number <= 10; number++) {
  test(`has a database, ${number}`, async ({ db }) => {
    expect(await visit(db)).toBe(1);
  });
}
