import pg from "pg";

/** As applications do: made when this is loaded, of what the environment says then. */
export const pool: pg.Pool = new pg.Pool({ connectionString: process.env["DATABASE_URL"] });

export async function openAccount(owner: string): Promise<void> {
  await pool.query("INSERT INTO account (owner) VALUES ($1)", [owner]);
}

export async function owners(): Promise<readonly string[]> {
  const { rows } = await pool.query<{ owner: string }>("SELECT owner FROM account ORDER BY owner");
  return rows.map(({ owner }) => owner);
}
