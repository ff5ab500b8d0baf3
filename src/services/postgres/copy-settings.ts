import type { Client } from "pg";
import type { DatabasePair } from "./clone-database.ts";
import { quoteIdentifier } from "./postgres-client.ts";

/**
 * Copies what `ALTER DATABASE … SET` has set, which `CREATE DATABASE … TEMPLATE` leaves out, as the owner of both may. Each
 * setting is made this session's for a moment, so that it need not be quoted, which no two settings need alike.
 */
export async function copySettings(client: Client, { from, to }: DatabasePair): Promise<void> {
  const { rows } = await client.query<{ name: string; value: string }>(SETTINGS_OF, [from]);
  if (rows.length === 0) return;
  await client.query("BEGIN");
  try {
    for (const { name, value } of rows) {
      await client.query("SELECT pg_catalog.set_config($1, $2, true)", [name, value]);
      const setting = name.split(".").map(quoteIdentifier).join("."); // One with a dot is an extension's, or the user's own.
      await client.query(`ALTER DATABASE ${quoteIdentifier(to)} SET ${setting} FROM CURRENT`);
    }
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}

const SETTINGS_OF = `
  SELECT pg_catalog.split_part(setting, '=', 1) AS name,
    pg_catalog.substr(setting, pg_catalog.strpos(setting, '=') + 1) AS value
  FROM pg_catalog.pg_db_role_setting
  JOIN pg_catalog.pg_database ON pg_database.oid = setdatabase, pg_catalog.unnest(setconfig) AS setting
  WHERE datname = $1 AND setrole = 0`;
