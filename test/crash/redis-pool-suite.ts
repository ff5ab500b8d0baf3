import { expect, test } from "vitest";
import type { PoolOptions } from "./pool-suite.ts";
import { churnPool } from "./support/churn-pool.ts";
import { randomFor } from "./support/random.ts";
import { Stage } from "./support/stage.ts";

/** How many processes use databases at the same time. */
const CLIENTS = 6;

/** Fewer than they want at times, more than one each: now and then they wait for each other, never all of them. */
const DATABASES = CLIENTS + 2;

const services = { cache: { kind: "redis" as const, options: { databases: DATABASES + 2 } } };

/** The test of processes that take logical databases of one server, and die. */
export function testRedisPool({ seed, databases }: PoolOptions): void {
  const timeout = 60_000 + databases * 200;

  test("processes that share one logical database get in each other's way: the control", async () => {
    await using stage = await Stage.create();
    const client = stage.client();
    await client.start(services);

    await expect(client.churn("cache", 2, seed, true)).rejects.toThrow("'s alone");

    await client.die("end");
    await stage.settled(5000);
  });

  test(
    `${databases} logical databases for ${CLIENTS} processes, some of which are killed, as is their coordinator`,
    { timeout },
    async () => {
      await using stage = await Stage.create();
      const witness = stage.client();
      await witness.start(services);
      const churn = { service: "cache", services, clients: CLIENTS, parts: databases };
      const taken = await churnPool(stage, churn, randomFor(seed, "redis pool"));
      expect(new Set(taken).size).toBeLessThanOrEqual(DATABASES); // Numbers of the killed are used again.
      await witness.churn("cache", 1, seed); // Has what predecessors left removed.
      await expect
        .poll(() => witness.query("cache", "INFO keyspace"), { timeout: 20_000, message: stage.log })
        .toMatch(
          // Nothing is left but the book, which goes with its last entry.
          /^# Keyspace\s*$/,
        );
      await witness.die("end");
      await stage.settled(5000);
    },
  );
}
