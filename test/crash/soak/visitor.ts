import { setTimeout as sleep } from "node:timers/promises";
import type { ServiceDescription } from "../programs/services.ts";
import type { Client } from "../support/client.ts";
import type { Random } from "../support/random.ts";
import type { Tally } from "./tally.ts";

/** What visitors may ask for, and what each of it is asked once it is there. */
const menu: Readonly<Record<string, { readonly service: ServiceDescription; readonly question: string }>> = {
  cache: { service: { kind: "redis" }, question: "PING" },
  kept: { service: { kind: "redis", options: { keepAliveMs: 700 } }, question: "PING" },
  web: { service: { kind: "service", options: { network: true } }, question: "/" },
  own: { service: { kind: "service", options: { scope: "process" } }, question: "/" },
  db: { service: { kind: "postgres" }, question: "SELECT 1" },
};

const deaths = ["end", "end", "exit", "throw", "SIGINT", "SIGTERM", "SIGKILL", "SIGKILL"] as const;

/** Nothing takes so long, in milliseconds. */
const STUCK_MS = 40_000;

/** Comes, uses some services, perhaps more than once, and goes or dies, perhaps in the middle of it. */
export async function visit(client: Client, random: Random, tally: Tally): Promise<void> {
  tally.clients += 1;
  const diesEarly = random.chance(0.3);
  const using = useServices(client, random, tally);
  if (diesEarly) await Promise.race([using.catch(() => undefined), sleep(random.number(1500))]);
  else {
    const stuck = sleep(STUCK_MS, undefined, { ref: false }).then(() => {
      throw new Error(`stuck: ${client.underWay.join(", ")}`);
    });
    await Promise.race([using, stuck]).catch((error: unknown) => tally.noteError(error));
  }
  const death = random.pick(deaths);
  tally.noteDeath(death);
  const doing = client.underWay;
  const ending = death === "end" || death === "exit" || death === "throw" ? client.die(death) : client.signal(death);
  if ((await Promise.race([ending, sleep(STUCK_MS, "stuck" as const, { ref: false })])) === "stuck") {
    const [before, since] = [doing, client.underWay].map((commands) => commands.join(", ") || "nothing");
    tally.noteError(new Error(`did not end by ${death}; under way then: ${before}; still: ${since}`));
    await client.signal("SIGKILL");
  }
  await using.catch(() => undefined); // It was told in time, or it died of that death.
}

async function useServices(client: Client, random: Random, tally: Tally): Promise<void> {
  for (let times = 1 + random.integer(2); times > 0; times--) {
    const names = Object.keys(menu).filter((name) => random.chance(name === "db" ? 0.1 : 0.4));
    await client.open(Object.fromEntries(names.map((name) => [name, menu[name]?.service ?? { kind: "service" }])));
    tally.environments += 1;
    await Promise.all(
      names.map(async (name) => {
        await client.get(name);
        await client.query(name, menu[name]?.question ?? "/");
        tally.answers += 1;
      }),
    );
    await sleep(random.number(500));
    if (times === 1) return;
    const { errors } = await client.close();
    for (const error of errors) tally.noteError(new Error(`close: ${error}`));
  }
}
