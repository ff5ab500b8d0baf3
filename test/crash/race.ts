import type { ServiceDescription } from "./programs/services.ts";
import type { Client } from "./support/client.ts";
import type { Random } from "./support/random.ts";
import type { Stage } from "./support/stage.ts";
import { followLogs, watchContainers } from "../support/engine.ts";
import { setTimeout as sleep } from "node:timers/promises";

/** Takes a second, says in the server's log that it ran, and leaves a row for each time it did. */
export const SLOW_MIGRATION = `
  CREATE TABLE IF NOT EXISTS runs (at timestamptz);
  DO $$ BEGIN RAISE LOG 'migration-%', 'ran'; END $$;
  SELECT pg_sleep(1);
  INSERT INTO runs VALUES (now());
`;

/** The same, and then it fails. */
export const FAILING_MIGRATION = `${SLOW_MIGRATION} SELECT 1 / 0;`;

/** What the engine tells of one race. */
export interface Tape extends Disposable {
  /** Ids of the containers that were made, in order. */
  readonly created: string[];
  /** How often a migration began, in all of them together. */
  migrations: number;
}

/** Records which containers of a stage are made from now on, and the migrations that run in them. */
export async function record(stage: Stage): Promise<Tape> {
  const created: string[] = [];
  const watch = await watchContainers(`dev.cleanroom.project=${stage.projectDirectory}`, ({ Action, Actor }) => {
    if (Action === "create") created.push(Actor.ID);
    if (Action !== "start") return;
    followLogs(Actor.ID, (line) => {
      if (line.includes("migration-ran")) tape.migrations += 1;
    });
  });
  const tape = {
    created,
    migrations: 0,
    [Symbol.dispose]: () => {
      watch[Symbol.dispose]();
    },
  };
  return tape;
}

/** Describes a server that no round before has asked for. */
export function serverOf(round: string): Readonly<Record<string, ServiceDescription>> {
  return { db: { kind: "postgres", options: { database: `race_${round}`, migrations: ["migration.sql"] } } };
}

/** What one of those who raced got: the container, and how many runs of the migration it saw when it was handed that. */
export interface Prize {
  readonly id: string;
  readonly runs: unknown;
}

/** Asks for a server, and looks into it in the moment in which it is handed over. */
export async function ask(client: Client, round: string, atMs: number): Promise<Prize> {
  await client.open(serverOf(round), atMs);
  const { id } = await client.get("db");
  const rows = (await client.query("db", "SELECT count(*)::int AS runs FROM runs")) as readonly { runs: number }[];
  return { id, runs: rows[0]?.runs };
}

/** Everybody asks in the same moment. */
export async function race(clients: readonly Client[], round: string): Promise<readonly Prize[]> {
  const atMs = Date.now() + 100;
  return Promise.all(clients.map((client) => ask(client, round, atMs)));
}

/** Kills whoever creates the container, a while after it was made. Tells who that was; nobody when none is made. */
export async function killCreator(clients: readonly Client[], random: Random): Promise<Client | undefined> {
  const untilMs = Date.now() + 20_000;
  while (Date.now() < untilMs) {
    const creator = clients.find(({ creating }) => creating.length > 0);
    if (creator !== undefined) {
      await sleep(random.number(2000));
      await creator.signal("SIGKILL");
      return creator;
    }
    await sleep(5);
  }
  return undefined;
}
