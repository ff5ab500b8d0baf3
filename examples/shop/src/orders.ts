import type { Client } from "pg";

/** An order as it was taken. */
export interface Order {
  readonly id: number;
  readonly totalCents: number;
}

/** The shop has fewer than were asked for. */
export class OutOfStockError extends Error {}

/** Takes an order: the stock goes down and the order is kept, or neither. */
export async function takeOrder(client: Client, sku: string, quantity: number): Promise<Order> {
  await client.query("BEGIN");
  try {
    const order = await moveStock(client, sku, quantity);
    await client.query("COMMIT");
    return order;
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}

async function moveStock(client: Client, sku: string, quantity: number): Promise<Order> {
  const { rows: products } = await client.query<{ price_cents: number }>(
    "UPDATE product SET stock = stock - $2 WHERE sku = $1 AND stock >= $2 RETURNING price_cents",
    [sku, quantity],
  );
  const [product] = products;
  if (product === undefined) throw new OutOfStockError(`There are not ${quantity} of ${sku}.`);

  const { rows } = await client.query<{ id: number; totalCents: number }>(
    `INSERT INTO customer_order (sku, quantity, total_cents) VALUES ($1, $2, $3) RETURNING id, total_cents AS "totalCents"`,
    [sku, quantity, product.price_cents * quantity],
  );
  const [order] = rows;
  if (order === undefined) throw new Error("The database returned no order.");
  return order;
}

/** How many of a product are left. */
export async function stockOf(client: Client, sku: string): Promise<number> {
  const { rows } = await client.query<{ stock: number }>("SELECT stock FROM product WHERE sku = $1", [sku]);
  return rows[0]?.stock ?? 0;
}
