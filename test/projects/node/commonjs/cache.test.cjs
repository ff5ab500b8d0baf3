const assert = require("node:assert/strict");
const { test } = require("node:test");
const { useServices } = require("cleanroom-test/node");
const { Redis } = require("ioredis");
const config = require("./services.cjs");

const services = useServices(config, "cache");

for (const name of ["one", "two"]) {
  test(`${name} has a cache of its own`, async (t) => {
    const client = new Redis(services.cache.url);
    t.after(() => client.quit());
    assert.equal(await client.set("same", name, "NX"), "OK");
  });
}
