// No test runner: services for as long as a block lasts. Run it with `node examples/bare-api/main.ts` (Node 24 or newer; a
// compiler such as tsx makes `await using` work on Node 22).
import { CleanroomEnvironment, postgres } from "cleanroom-test";
import pg from "pg";

await using environment = await CleanroomEnvironment.start({
  services: { db: postgres("postgres:17-alpine") },
});
const { db } = environment.services;
console.log(`PostgreSQL answers on port ${db.port()} of ${db.host}.`);

// Two databases, made from the same template. Neither sees what is done in the other.
await using first = await db.isolate();
await using second = await db.isolate();
await query(first.connectionString, "CREATE TABLE note (text text)");
console.log(`${first.database} has ${await countTables(first.connectionString)} table.`);
console.log(`${second.database} has ${await countTables(second.connectionString)} tables.`);

// The end of the block drops both databases, then stops and removes the container; an error would do the same.

async function countTables(connectionString: string): Promise<number> {
  const [row] = await query(
    connectionString,
    "SELECT count(*)::int AS tables FROM pg_tables WHERE schemaname = 'public'",
  );
  return Number(row?.["tables"]);
}

async function query(connectionString: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client(connectionString);
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows;
  } finally {
    await client.end();
  }
}
