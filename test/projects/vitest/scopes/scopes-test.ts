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

/** The isolated databases of a server, as it lists them itself. */
export async function databasesOf(client: pg.Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ datname: string }>(
    "SELECT datname FROM pg_database WHERE datname LIKE 'test\\_%'",
  );
  return rows.map(({ datname }) => datname);
}

/** Tells whoever runs these tests which databases they saw. */
export function note(database: string | undefined, seen: readonly string[]): void {
  appendFileSync(process.env["SEEN_DATABASES"] ?? "/dev/null", `${JSON.stringify({ database, seen })}\n`);
}
