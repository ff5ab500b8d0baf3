import { expect, test } from "vitest";
import type { Client } from "./support/client.ts";
import { churnPool } from "./support/churn-pool.ts";
import { randomFor } from "./support/random.ts";
import { Stage } from "./support/stage.ts";

/** How many processes use databases at the same time. */
const CLIENTS = 8;

const migration = "CREATE TABLE note (id int PRIMARY KEY, note text); INSERT INTO note VALUES (1, 'pristine')";

/** How databases are had, how many are used in all, and where chance begins. */
export interface PoolOptions {
  readonly seed: number;
  readonly databases: number;
  readonly mode?: "clone" | "reset";
}

/** The test of processes that take databases of one server, and die. */
export function testPool({ seed, databases, mode = "clone" }: PoolOptions): void {
  const timeout = 60_000 + databases * 200;
  const options = { migrations: ["note.sql"], isolation: { mode } };
  const services = { db: { kind: "postgres" as const, options } };

  test(`processes that share one database get in each other's way (${mode}): the control`, async () => {
    await using stage = await Stage.create();
    await stage.write("note.sql", migration);
    const client = stage.client();
    await client.start(services);

    await expect(client.churn("db", 2, seed, true)).rejects.toThrow("is not as the migrations left it");

    await client.die("end");
    await stage.settled(5000);
  });

  test(
    `${databases} databases (${mode}) for ${CLIENTS} processes, some of which are killed, as is their coordinator`,
    { timeout },
    async () => {
      await using stage = await Stage.create();
      await stage.write("note.sql", migration);
      const witness = stage.client();
      await witness.start(services);
      const template = await describeTemplate(witness);
      const churn = { service: "db", services, clients: CLIENTS, parts: databases };
      const taken = await churnPool(stage, churn, randomFor(seed, "pool"));
      expect(new Set(taken).size).toBe(taken.length);
      await witness.churn("db", 1, seed); // Has what predecessors left removed.
      await expect.poll(() => databasesOf(witness, taken), { timeout: 20_000, message: stage.log }).toEqual([]);
      expect(await describeTemplate(witness)).toEqual(template);
      await witness.die("end");
      await stage.settled(5000);
    },
  );
}

/** Those of some databases that there still are. */
async function databasesOf(client: Client, names: readonly string[]): Promise<readonly string[]> {
  const rows = (await client.query("db", "SELECT datname FROM pg_database")) as readonly { readonly datname: string }[];
  const present = new Set(rows.map(({ datname }) => datname));
  return names.filter((name) => present.has(name));
}

function describeTemplate(client: Client): Promise<unknown> {
  const columns = "datallowconn, datistemplate, pg_database_size(oid), age(datfrozenxid) >= 0 AS is_there";
  return client.query("db", `SELECT ${columns} FROM pg_database WHERE datname = 'cleanroom_template'`);
}
