/**
 * One worker of a suite: fifty tests, each of which inserts the same unique key, into a database of its own (`own`) or into the
 * one of the server (`shared`). Says how many of them another test was in the way of.
 */
import pg from "pg";
import { CleanroomEnvironment, postgres } from "../../../src/index.ts";

const [rootDirectory = "", whose = ""] = process.argv.slice(2);
const TESTS = 50;
const UNIQUE_VIOLATION = "23505";

const services = { db: postgres("cleanroom-test/postgres:15", { migrations: ["*.sql"] }) };
await using environment = await CleanroomEnvironment.start({ services }, { rootDirectory });
const { db } = environment.services;

let conflicts = 0;
for (let test = 0; test < TESTS; test += 1) {
  await using own = whose === "own" ? await db.isolate() : undefined;
  if (!(await inserts(own?.connectionString ?? db.connectionString))) conflicts += 1;
}
process.stdout.write(`${conflicts}\n`);

async function inserts(url: string): Promise<boolean> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query("INSERT INTO customer VALUES ('ada@example.com')");
    return true;
  } catch (error) {
    if ((error as pg.DatabaseError).code !== UNIQUE_VIOLATION) throw error;
    return false;
  } finally {
    await client.end();
  }
}
