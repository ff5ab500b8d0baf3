import { describe, expect } from "vitest";
import { OutOfStockError, stockOf, takeOrder } from "../src/orders.ts";
import { test } from "./shop-test.ts";

describe.concurrent("orders", () => {
  test("the first order of a database of one's own is number 1", async ({ client }) => {
    expect(await takeOrder(client, "TEA", 2)).toEqual({ id: 1, totalCents: 900 });
  });

  test("so is that of the next test, at the same time", async ({ client }) => {
    expect(await takeOrder(client, "MUG", 1)).toEqual({ id: 1, totalCents: 1200 });
  });

  test("an order takes from the stock", async ({ client }) => {
    await takeOrder(client, "TEA", 4);
    expect(await stockOf(client, "TEA")).toBe(6);
  });

  test("every test finds the stock as the migrations left it", async ({ client }) => {
    expect(await stockOf(client, "TEA")).toBe(10);
  });

  test("an order of more than there is changes nothing", async ({ client }) => {
    await expect(takeOrder(client, "MUG", 4)).rejects.toBeInstanceOf(OutOfStockError);
    expect(await stockOf(client, "MUG")).toBe(3);
  });
});
