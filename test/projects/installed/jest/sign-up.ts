import { appendFile } from "node:fs/promises";
import pg from "pg";

/** Signs up somebody, which is possible once, and notes which process did so in which database. */
export async function signUp(connectionString: string): Promise<void> {
  const client = new pg.Client(connectionString);
  await client.connect();
  try {
    await client.query("INSERT INTO account VALUES ('ada@example.com')");
    const { rows } = await client.query<{ readonly name: string }>("SELECT current_database() AS name");
    const { NOTES } = process.env;
    if (NOTES !== undefined) await appendFile(NOTES, `${process.pid} ${rows[0]?.name}\n`);
  } finally {
    await client.end();
  }
}
