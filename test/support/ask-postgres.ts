import pg from "pg";

/** The rows that a PostgreSQL server answers a statement with, on a connection of its own. */
export async function askPostgres<Row extends object = object>(url: string, sql: string): Promise<readonly Row[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}
