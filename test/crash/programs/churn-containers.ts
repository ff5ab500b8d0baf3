import type { SharedContainer } from "cleanroom-test";
import { Redis } from "ioredis";
import { randomFor } from "../support/random.ts";
import { use } from "./churn-redis.ts";
import type { ChurnOptions } from "./churn.ts";

/**
 * Takes containers of its own, each a Redis server, marks them as its own, and gives them back. Says the id of each it got;
 * fails when one is not empty, or does not stay its own.
 */
export async function churnContainers(
  container: SharedContainer,
  { count, seed, isShared = false }: ChurnOptions,
  say: (message: object) => void,
): Promise<void> {
  const random = randomFor(seed, "churn");
  for (let round = 0; round < count; round += 1) {
    await using own = isShared ? undefined : await container.isolate();
    const used = own ?? container;
    say({ took: used.id });
    const client = new Redis({ host: used.host, port: used.port(), lazyConnect: true, retryStrategy: null });
    client.on("error", () => undefined); // It ends under one that stays open.
    await client.connect();
    await use(client, `${process.pid}-${round}`, random.number(50));
    client.disconnect();
  }
}
