import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { PoolOptions } from "./pool-suite.ts";
import type { Client } from "./support/client.ts";
import { kill } from "./support/processes.ts";
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
      const random = randomFor(seed, "redis pool");
      const all: Client[] = [];

      const slot = async (): Promise<void> => {
        for (let left = Math.ceil(databases / CLIENTS); left > 0;) {
          const client = stage.client();
          all.push(client);
          await client.start(services);
          const working = client.churn("cache", left, random.integer(1_000_000));
          const isDoomed = random.chance(0.5);
          if (isDoomed) await Promise.race([working, sleep(random.number(1500))]);
          else await working;
          await (isDoomed ? client.signal("SIGKILL") : client.die("end"));
          await working.catch((error: unknown) => {
            expect((error as { readonly code: string }).code, String(error)).toBe("ENDED");
          });
          left -= client.took.length;
        }
      };
      const killing = sleep(500 + random.number(1000)).then(() => {
        for (const pid of stage.coordinators) kill(pid);
      });
      await Promise.all([...Array.from({ length: CLIENTS }, slot), killing]);

      const taken = all.flatMap(({ took }) => took);
      expect(taken.length).toBeGreaterThanOrEqual(databases);
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
