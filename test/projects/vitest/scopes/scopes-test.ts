import { appendFileSync } from "node:fs";
import { cleanroomTest } from "cleanroom-test/vitest/test";
import pg from "pg";
import config from "./cleanroom.config.ts";

/** With a client of the file's database, and one of the worker's, each shared as the database is. */
export const test = cleanroomTest(config)
  .extend("client", { scope: "file" }, ({ db }, { onCleanup }) => connect(db.connectionString, onCleanup))
  .extend("workersClient", { scope: "worker" }, ({ workers }, { onCleanup }) =>
    connect(workers.connectionString, onCleanup),
  );

async function connect(connectionString: string, onCleanup: (close: () => Promise<void>) => void): Promise<pg.Client> {
  const client = new pg.Client(connectionString);
  await client.connect();
  onCleanup(() => client.end());
  return client;
}

/** Tells whoever runs these tests which database a client is in, as its server says. */
export async function note(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>("SELECT current_database() AS name");
  appendFileSync(process.env["SEEN_DATABASES"] ?? "/dev/null", `${rows[0]?.name}\n`);
}
