import pg from "pg";

/** Has a server write a line to its log. */
export async function logLine(connectionString: string, line: string): Promise<void> {
  const client = new pg.Client(connectionString);
  await client.connect();
  await client.query(`DO $$ BEGIN RAISE LOG '${line}'; END $$`);
  await client.end();
}
