import type { PostgresContainer, PostgresDatabase } from "cleanroom-test";
import { Client } from "pg";
import { randomFor } from "../support/random.ts";

/** How many databases are used, and where chance begins. */
export interface ChurnOptions {
  readonly count: number;
  readonly seed: number;
  readonly isShared?: boolean;
}

/**
 * Takes databases, changes all there is in them, and gives them back, now and then late, with a connection open, or twice.
 * Says the name of each it got; fails when one is not as the migrations left it.
 */
export async function churn(
  server: PostgresContainer,
  { count, seed, isShared = false }: ChurnOptions,
  say: (message: object) => void,
): Promise<void> {
  const random = randomFor(seed, "churn");
  const late: PostgresDatabase[] = [];
  for (let round = 0; round < count; round += 1) {
    const database = await server.isolate();
    say({ took: database.database });
    const client = new Client(isShared ? server.url : database.url);
    client.on("error", () => undefined); // It is dropped under one that stays open.
    await client.connect();
    await use(client, database.database);
    if (random.chance(0.5)) await client.query("CREATE TABLE other (id int)");
    const [closes, isLate] = [random.chance(0.75), random.chance(0.25)];
    if (closes) await client.end();
    if (isLate) late.push(database);
    else await database[Symbol.asyncDispose]();
    const oldest = late.length > 3 ? late.shift() : undefined;
    await oldest?.[Symbol.asyncDispose]();
    if (random.chance(0.1)) await oldest?.[Symbol.asyncDispose]();
  }
  for (const database of late) await database[Symbol.asyncDispose]();
}

async function use(client: Client, name: string): Promise<void> {
  const { rows } = await client.query<{ note: string }>("SELECT note FROM note");
  const { rows: tables } = await client.query("SELECT 1 FROM pg_tables WHERE schemaname = 'public'");
  if (rows.length !== 1 || rows[0]?.note !== "pristine" || tables.length !== 1) {
    throw new Error(`${name} is not as the migrations left it: ${JSON.stringify(rows)}`);
  }
  // The key is the same in every database: whoever shares one with another fails here.
  await client.query("INSERT INTO note (id, note) VALUES (2, 'mine'); UPDATE note SET note = 'used' WHERE id = 1");
  await client.query("SET statement_timeout = 60000");
}
