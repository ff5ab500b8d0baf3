import { describe, expect, test } from "vitest";
import { seededOrder } from "../../../src/seed/seeded-order.ts";
import { seededNumber, seededRandom } from "../../../src/seed/seeded-random.ts";

function drawn(seed: string, purpose: string, count: number): readonly number[] {
  const random = seededRandom(seed, [purpose]);
  return Array.from({ length: count }, random);
}

describe("numbers from a seed", () => {
  test("are the same every time, and others for another seed and another purpose", () => {
    const numbers = drawn("a", "x", 5);

    expect(drawn("a", "x", 5)).toEqual(numbers);
    expect(drawn("b", "x", 5)).not.toEqual(numbers);
    expect(drawn("a", "y", 5)).not.toEqual(numbers);
    expect(new Set(numbers).size).toBe(5);
  });

  test("are the same on every machine", () => {
    expect(seededNumber("cleanroom", ["port", "db", 5432])).toBe(0.9188812664420105);
  });

  test("are spread evenly from 0 to 1", () => {
    const numbers = drawn("even", "spread", 10_000);
    const tenths = Map.groupBy(numbers, (number) => Math.floor(number * 10));

    expect([...tenths.keys()].toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (const tenth of tenths.values()) expect(Math.abs(tenth.length - 1_000)).toBeLessThan(150);
  });

  test("do not depend on who draws others meanwhile", () => {
    const [one, other] = [seededRandom("a", ["x"]), seededRandom("a", ["y"])];
    const mixed = [one(), other(), one(), other(), one()];

    expect([mixed[0], mixed[2], mixed[4]]).toEqual(drawn("a", "x", 3));
  });

  test("are left to chance without one", () => {
    expect(seededRandom(undefined, ["x"])).toBe(Math.random);
  });
});

test("an order from a seed does not depend on the order that things are given in", () => {
  const names = ["a", "b", "c", "d", "e", "f"];
  const order = seededOrder("seed", names, String);

  expect(seededOrder("seed", names.toReversed(), String)).toEqual(order);
  expect(order.toSorted()).toEqual(names);
  expect(seededOrder("another", names, String)).not.toEqual(order);
});
