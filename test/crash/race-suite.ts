import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { EngineProxy } from "../support/engine-proxy.ts";
import type { Prize } from "./race.ts";
import { ask, FAILING_MIGRATION, killCreator, race, record, serverOf, SLOW_MIGRATION } from "./race.ts";
import type { Client } from "./support/client.ts";
import type { Random } from "./support/random.ts";
import { randomFor } from "./support/random.ts";
import { Stage } from "./support/stage.ts";

/** How many processes ask at the same moment. */
const RACERS = 16;

/** How long a round may take, in milliseconds. */
const ROUND_MS = 30_000;

/** How many rounds of each race, and where chance begins. */
export interface RaceOptions {
  readonly seed: number;
  readonly rounds: number;
}

/** The tests of processes that ask for the same server at the same moment. */
export function testRaces({ seed, rounds }: RaceOptions): void {
  const timeout = 60_000 + rounds * ROUND_MS;

  test(
    `${RACERS} processes get one container and one migration, in each of ${rounds} rounds`,
    { timeout },
    async () => {
      await using stage = await prepare(SLOW_MIGRATION);
      const clients = Array.from({ length: RACERS }, () => stage.client());
      for (let round = 0; round < rounds; round++) {
        using tape = await record(stage);
        const prizes = await race(clients, `r${round}`);

        expect(tape).toMatchObject({ created: [prizes[0]?.id], migrations: 1 });
        expectSame(prizes);
        await Promise.all(clients.map((client) => client.close()));
        expect(await stage.containers()).toEqual([]);
      }
      await endAll(clients);
      await stage.settled(5000);
    },
  );

  test(`${RACERS} processes that have only just begun get one container and one migration`, { timeout }, async () => {
    for (let round = 0; round < Math.max(1, Math.round(rounds / 10)); round++) {
      await using stage = await prepare(SLOW_MIGRATION);
      using tape = await record(stage);
      const clients = Array.from({ length: RACERS }, () => stage.client());
      const prizes = await race(clients, `f${round}`);

      expect(tape).toMatchObject({ created: [prizes[0]?.id], migrations: 1 });
      expectSame(prizes);
      expect(stage.coordinators).toHaveLength(1);
      await endAll(clients);
      await stage.settled(5000);
    }
  });

  test(`the others still get one when its creator is killed, in each of ${rounds} rounds`, { timeout }, async () => {
    const random = randomFor(seed, "killed creator");
    await using proxy = await EngineProxy.start();
    await using stage = await prepare(SLOW_MIGRATION, proxy.endpoint);
    const clients = Array.from({ length: RACERS }, () => stage.client());
    for (let round = 0; round < rounds; round++) {
      for (const { creating } of clients) creating.length = 0;
      const asked = clients.map((client) => ask(client, `k${round}`, Date.now() + 100));
      const outcomes = Promise.allSettled(asked);
      const killing = random.chance(0.3) ? killBeforeCreation(proxy, clients, random) : killCreator(clients, random);
      const settled = await outcomes;
      const victim = await killing;
      const survivors = clients.filter((client) => client !== victim);
      const ofSurvivors = settled.filter((_, index) => clients[index] !== victim);
      const prizes = ofSurvivors.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));

      expect(ofSurvivors.map(({ status }) => status)).toEqual(survivors.map(() => "fulfilled"));
      expect(prizes).toHaveLength(RACERS - 1);
      expectSame(prizes);
      expect(await stage.containers()).toEqual([prizes[0]?.id]);
      await Promise.all(survivors.map((client) => client.close()));
      if (victim !== undefined) clients[clients.indexOf(victim)] = stage.client();
      proxy.reset();
    }
    await endAll(clients);
    await stage.settled(5000);
  });

  test(
    "a migration that fails has run once, and all get its error, again when they ask again",
    { timeout },
    async () => {
      await using stage = await prepare(FAILING_MIGRATION);
      const clients = Array.from({ length: RACERS }, () => stage.client());
      for (let round = 0; round < Math.max(1, Math.round(rounds / 10)); round++) {
        using tape = await record(stage);
        const failures = (await outcomesOf(clients, `e${round}`)).map(reasonOf);
        const again = (await Promise.allSettled(clients.map((client) => client.get("db")))).map(reasonOf);

        await sleep(200); // For what it logged, should it have run twice.
        expect(tape.created).toHaveLength(1);
        expect(tape.migrations).toBe(1);
        expect(new Set(failures)).toEqual(new Set([expect.stringMatching(/^CLEANROOM_MIGRATION: .*division by zero/)]));
        expect(again).toEqual(failures);
        await Promise.all(clients.map((client) => client.close()));
      }
      await endAll(clients);
      await stage.settled(5000);
    },
  );

  test("without a coordinator each process has one of its own: the control", { timeout }, async () => {
    await using stage = await prepare(SLOW_MIGRATION);
    using tape = await record(stage);
    const clients = Array.from({ length: 3 }, () => stage.client({ CLEANROOM_COORDINATION: "in-process" }));
    const prizes = await race(clients, "control");

    expect(new Set(prizes.map(({ id }) => id)).size).toBe(3);
    expect(tape.created).toHaveLength(3);
    expect(tape.migrations).toBe(3);
    await endAll(clients);
    await stage.settled(5000);
  });
}

async function prepare(migration: string, endpoint?: string): Promise<Stage> {
  const stage = await Stage.create(endpoint);
  await stage.write("migration.sql", migration);
  return stage;
}

/** The creator dies while its request is on the way to the engine, which gets it nevertheless or never. */
async function killBeforeCreation(proxy: EngineProxy, clients: readonly Client[], random: Random): Promise<Client> {
  const killed = Promise.withResolvers<Client>();
  let isFirst = true;
  const held = async (body: string): Promise<"pass" | "drop"> => {
    const session = (JSON.parse(body) as { Labels: Record<string, string> }).Labels["dev.cleanroom.session"];
    const creator = clients.find(({ sessionId }) => sessionId === session);
    if (creator === undefined) throw new Error(`Nobody is in session ${session ?? ""}.`);
    await creator.signal("SIGKILL");
    killed.resolve(creator);
    return random.chance(0.5) ? "pass" : "drop";
  };
  proxy.fault = ({ name }) => {
    if (name !== "POST /containers/create" || !isFirst) return undefined;
    isFirst = false;
    return { held };
  };
  return killed.promise;
}

function expectSame(prizes: readonly Prize[]): void {
  expect(new Set(prizes.map(({ id }) => id)).size).toBe(1);
  expect(prizes.map(({ runs }) => runs)).toEqual(prizes.map(() => 1));
}

async function outcomesOf(
  clients: readonly Client[],
  round: string,
): Promise<readonly PromiseSettledResult<unknown>[]> {
  await Promise.all(clients.map((client) => client.open(serverOf(round))));
  return Promise.allSettled(clients.map((client) => client.get("db")));
}

function reasonOf(outcome: PromiseSettledResult<unknown>): string {
  if (outcome.status === "fulfilled") return "It succeeded.";
  const { code, message } = outcome.reason as { readonly code: string; readonly message: string };
  return `${code}: ${message}`;
}

async function endAll(clients: readonly Client[]): Promise<void> {
  const exits = await Promise.all(clients.map((client) => client.die("end")));
  expect(exits.map(({ code }) => code)).toEqual(clients.map(() => 0));
}
