import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { Client } from "./client.ts";
import { kill } from "./processes.ts";
import type { Random } from "./random.ts";
import type { Stage } from "./stage.ts";

/** Who takes parts of which service, and how many. */
export interface PoolChurn {
  /** Name of the service. */
  readonly service: string;
  /** What each process starts. */
  readonly services: Parameters<Client["start"]>[0];
  /** How many processes take parts at the same time. */
  readonly clients: number;
  /** How many parts are taken in all, at least. */
  readonly parts: number;
}

/** Has processes take parts of a service; half of them are killed meanwhile, and so is their coordinator. Resolves with what they took. */
export async function churnPool(
  stage: Stage,
  { service, services, clients, parts }: PoolChurn,
  random: Random,
): Promise<readonly string[]> {
  const all: Client[] = [];
  const slot = async (): Promise<void> => {
    for (let left = Math.ceil(parts / clients); left > 0;) {
      const client = stage.client();
      all.push(client);
      await client.start(services);
      const working = client.churn(service, left, random.integer(1_000_000));
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
  await Promise.all([...Array.from({ length: clients }, slot), killing]);
  const taken = all.flatMap(({ took }) => took);
  expect(taken.length).toBeGreaterThanOrEqual(parts);
  return taken;
}
