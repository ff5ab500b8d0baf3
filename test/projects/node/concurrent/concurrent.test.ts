import assert from "node:assert/strict";
import * as nodeTest from "node:test";
import { servicesOf, useServices } from "cleanroom-test/node";
import { Redis } from "ioredis";
import config from "./cleanroom.config.ts";

const { describe, test } = nodeTest;
const COUNT = 4;
/** Older than 24.19, Node does not tell in which test code runs. */
const tellsTests = "getTestContext" in nodeTest;
/** What hinders the other test would have it wait for ever. */
const limited = { timeout: 10_000 };

describe("tests that run at the same time", { concurrency: true }, () => {
  const services = useServices(config, "cache");
  const seen = new Set<string>();
  const all = Promise.withResolvers<undefined>();

  for (let index = 0; index < COUNT; index += 1) {
    test(`have caches of their own: ${index}`, limited, async (t) => {
      const { cache } = servicesOf(t, services);
      const client = new Redis(cache.url);
      t.after(() => client.quit());
      assert.equal(await client.set("same", index, "NX"), "OK");
      seen.add(cache.url);
      if (seen.size === COUNT) all.resolve(undefined);
      await all.promise;

      if (tellsTests) assert.equal(services.cache, cache);
      else assert.throws(() => services.cache, { code: "CLEANROOM_LIFECYCLE", message: /several tests run/ });
      assert.equal(await client.get("same"), String(index));
    });
  }
});

describe("a suite that uses no services, beside one", { concurrency: true }, () => {
  const begun = Promise.withResolvers<undefined>();
  const looked = Promise.withResolvers<undefined>();
  let services: ReturnType<typeof useServices<typeof config.services, "cache">> | undefined;

  describe("one that does", () => {
    services = useServices(config, "cache");

    test("runs meanwhile", limited, async () => {
      begun.resolve(undefined);
      await looked.promise;
    });
  });

  test("is not given what is the other's", limited, async (t) => {
    await begun.promise;
    const used = services ?? assert.fail("the suite's body has run");
    assert.throws(() => servicesOf(t, used).cache, { code: "CLEANROOM_LIFECYCLE", message: /has no cache/ });
    if (tellsTests) assert.throws(() => used.cache, { code: "CLEANROOM_LIFECYCLE" });
    looked.resolve(undefined);
  });
});
