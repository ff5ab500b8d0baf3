/**
 * Uses the service `db` as it is told, one word a line: `take` a database and write into it, `visit` five, `end`. Says the number
 * that its row got and the database, or `failed: ` and why.
 */
import { createInterface } from "node:readline";
import pg from "pg";
import { CleanroomEnvironment, postgres } from "../../../src/index.ts";

const [rootDirectory = ""] = process.argv.slice(2);
const config = { services: { db: postgres("cleanroom-test/postgres:15", { migrations: ["*.sql"] }) } };
const opening = CleanroomEnvironment.open(config, { rootDirectory });

async function take(): Promise<string> {
  const { db } = { db: await (await opening).get("db") };
  const database = await db.isolate();
  const client = new pg.Client(database.url);
  client.on("error", () => undefined);
  await client.connect();
  const { rows } = await client.query<{ number: number }>("INSERT INTO visit (who) VALUES ('me') RETURNING number");
  await client.end();
  return `${rows[0]?.number ?? 0} ${database.database}`;
}

async function visit(): Promise<string> {
  const handle = await (await opening).get("db");
  for (let test = 0; test < 5; test += 1) {
    await using database = await handle.isolate();
    const client = new pg.Client(database.url);
    await client.connect();
    await client.query("INSERT INTO visit (who) VALUES ('me')"); // Unique, so that another's would be in the way.
    await client.end();
  }
  return "visited";
}

const words: Readonly<Record<string, () => Promise<string>>> = {
  take,
  visit,
  end: async () => {
    await (await opening)[Symbol.asyncDispose]();
    return "ended";
  },
};

process.stdout.write("there\n");
for await (const word of createInterface({ input: process.stdin })) {
  try {
    process.stdout.write(`${(await words[word]?.()) ?? ""}\n`);
  } catch (error) {
    process.stdout.write(`failed: ${String(error)}\n`);
  }
}
