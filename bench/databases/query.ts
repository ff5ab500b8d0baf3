import pg from "pg";

/** Connects and asks the first thing. The caller ends the connection. */
export async function connectAndQuery(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client(connectionString);
  client.on("error", () => undefined); // Whoever drops its database ends it as well.
  await client.connect();
  await client.query("SELECT * FROM note");
  return client;
}

/** How large the database of a connection is, in megabytes. */
export async function megabytesOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ size: string }>("SELECT pg_database_size(current_database()) AS size");
  return Math.round(Number(rows[0]!.size) / 1e5) / 10;
}
