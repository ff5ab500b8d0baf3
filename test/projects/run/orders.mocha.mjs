import assert from "node:assert/strict";
import { Redis } from "ioredis";
import { after, before, describe, it } from "mocha";
import pg from "pg";

describe("orders", () => {
  const client = new pg.Client(process.env.DATABASE_URL);
  before(() => client.connect());
  after(() => client.end());

  it("are taken", async () => {
    await client.query("INSERT INTO customer_order (sku) VALUES ('TEA')");
    assert.equal((await client.query("SELECT * FROM customer_order")).rowCount, 1);
  });

  it("are counted", async () => {
    const cache = new Redis(process.env.CACHE_URL ?? "");
    assert.equal(await cache.incr("orders"), 1);
    await cache.quit();
  });

  it("are not lost", () => {
    assert.notEqual(process.env.LOSE, "true");
  });
});
