import pg from "pg";
import { expect, test } from "vitest";

for (let number = 1; number <= 10; number++) {
  test(`has a driver and no database, ${number}`, () => {
    expect([new pg.Client()]).toHaveLength(1);
  });
}
