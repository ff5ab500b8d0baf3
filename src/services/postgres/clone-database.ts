import type { Client } from "pg";
import { quoteIdentifier } from "./postgres-client.ts";
import { serverVersion } from "./server-version.ts";

/** Two databases of a server. */
export interface DatabasePair {
  /** Name of the source. */
  readonly from: string;
  /** Name of the copy. */
  readonly to: string;
}

/** Which database, to which nobody else may be connected, to copy to which, which must not exist. */
export interface CloneRequest extends DatabasePair {
  /** Who owns the copy; whoever makes it when absent. */
  readonly owner?: string | undefined;
  /** Whether the server flushes to disk. */
  readonly isDurable: boolean;
  /** Whether there is something that `CREATE DATABASE` leaves out. */
  readonly hasProperties: boolean;
}

/** The first server version that lets the strategy be chosen, as PostgreSQL counts. */
const VERSION_WITH_STRATEGY = 150_000;

/** The first one that can have the file system copy files, which some do without copying what is in them. */
const VERSION_WITH_CLONING = 180_000;

/**
 * Copies a database inside its server. Copying files beats writing the log where nothing is flushed to disk: 9 against 19 ms
 * for 7 MB; where it is, the log wins (27 against 88 ms) and is the server's default, unless the server was told that its
 * file system clones files.
 */
export async function cloneDatabase(
  client: Client,
  { from, to, owner, isDurable, hasProperties }: CloneRequest,
): Promise<void> {
  const strategy = (await copiesFiles(client, isDurable)) ? " STRATEGY FILE_COPY" : "";
  const ownership = owner === undefined ? "" : ` OWNER ${quoteIdentifier(owner)}`;
  await client.query(`CREATE DATABASE ${quoteIdentifier(to)}${ownership} TEMPLATE ${quoteIdentifier(from)}${strategy}`);
  if (hasProperties) await copyProperties(client, { from, to });
}

async function copiesFiles(client: Client, isDurable: boolean): Promise<boolean> {
  const version = await serverVersion(client);
  if (version < VERSION_WITH_CLONING) return !isDurable && version >= VERSION_WITH_STRATEGY;
  if (!isDurable) {
    await client.query("SET file_copy_method = clone"); // In memory it is as fast as the other.
    return true;
  }
  const { rows } = await client.query<{ file_copy_method: string }>("SHOW file_copy_method");
  return rows[0]?.file_copy_method === "clone";
}

/**
 * Copies what belongs to a database and is not in it, which `CREATE DATABASE … TEMPLATE` leaves out: its settings,
 * privileges and limit of connections; not its owner. From catalog to catalog, since the statements that set them cannot be written from
 * what the catalogs hold without knowing how each setting is quoted. Tells whether there was anything to copy.
 *
 * Source: https://www.postgresql.org/docs/current/sql-createdatabase.html
 */
export async function copyProperties(client: Client, { from, to }: DatabasePair): Promise<boolean> {
  const { rows } = await client.query(COPY_PROPERTIES, [from, to]);
  return rows.length > 0;
}

const COPY_PROPERTIES = `
  WITH source AS (SELECT oid, datacl, datconnlimit FROM pg_catalog.pg_database WHERE datname = $1),
  copy AS (SELECT oid FROM pg_catalog.pg_database WHERE datname = $2),
  settings AS (
    INSERT INTO pg_catalog.pg_db_role_setting (setdatabase, setrole, setconfig)
    SELECT copy.oid, setting.setrole, setting.setconfig
    FROM pg_catalog.pg_db_role_setting setting JOIN source ON setting.setdatabase = source.oid CROSS JOIN copy
    RETURNING setdatabase
  ),
  properties AS (
    UPDATE pg_catalog.pg_database changed
    SET datacl = source.datacl, datconnlimit = source.datconnlimit
    FROM source, copy
    WHERE changed.oid = copy.oid
      AND (changed.datacl, changed.datconnlimit) IS DISTINCT FROM (source.datacl, source.datconnlimit)
    RETURNING changed.oid
  )
  SELECT setdatabase FROM settings UNION ALL SELECT oid FROM properties`;
