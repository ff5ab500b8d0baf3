import { expect } from "vitest";
import { Prices } from "../src/prices.ts";
import { test } from "./shop-test.ts";

test("a price is looked up once", async ({ client, redis }) => {
  const prices = new Prices(client, redis);
  expect(await prices.of("TEA")).toBe(450);

  await client.query("UPDATE product SET price_cents = 500");
  expect(await prices.of("TEA")).toBe(450);
});

test("the cache of another test is not ours", async ({ client, redis }) => {
  expect(await redis.dbsize()).toBe(0);
  await client.query("UPDATE product SET price_cents = 500");
  expect(await new Prices(client, redis).of("TEA")).toBe(500);
});

test("what is not sold has no price", async ({ client, redis }) => {
  expect(await new Prices(client, redis).of("COFFEE")).toBeUndefined();
});
