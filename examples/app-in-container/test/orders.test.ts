import { describe, expect } from "vitest";
import { test } from "../orders-app.ts";

describe.concurrent("the orders application", () => {
  test("keeps an order", async ({ app }) => {
    const created = await postOrder(app.url, { item: "tea", quantity: 2 });
    expect(created).toEqual({ id: 1, item: "tea", quantity: 2 });
    expect(await getOrders(app.url)).toEqual([created]);
  });

  test("knows nothing of the orders of another test", async ({ app }) => {
    expect(await getOrders(app.url)).toEqual([]);
  });
});

async function postOrder(url: string, order: object): Promise<unknown> {
  const response = await fetch(`${url}/orders`, { method: "POST", body: JSON.stringify(order) });
  expect(response.status).toBe(201);
  return response.json();
}

async function getOrders(url: string): Promise<unknown> {
  return (await fetch(`${url}/orders`)).json();
}
