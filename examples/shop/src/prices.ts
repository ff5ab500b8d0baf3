import type { Redis } from "ioredis";
import type { Client } from "pg";

const SECONDS_KEPT = 60;

/** Prices, looked up in the database once and then kept in the cache. */
export class Prices {
  readonly #client: Client;
  readonly #cache: Redis;

  constructor(client: Client, cache: Redis) {
    this.#client = client;
    this.#cache = cache;
  }

  /** The price of a product in cents, or `undefined` when there is no such product. */
  async of(sku: string): Promise<number | undefined> {
    const kept = await this.#cache.get(`price:${sku}`);
    if (kept !== null) return Number(kept);
    const { rows } = await this.#client.query<{ price_cents: number }>(
      "SELECT price_cents FROM product WHERE sku = $1",
      [sku],
    );
    const price = rows[0]?.price_cents;
    if (price !== undefined) await this.#cache.set(`price:${sku}`, price, "EX", SECONDS_KEPT);
    return price;
  }
}
