import type { Client } from "pg";
import type { ServiceConnection } from "../../container/service-connection.ts";
import { LifecycleError } from "../../errors/lifecycle-error.ts";
import { dropDatabase } from "./drop-database.ts";
import { MAINTENANCE_DATABASE, quoteIdentifier } from "./postgres-client.ts";
import { withSession } from "./with-session.ts";

/** The first object id that is not of `initdb`. Source: https://www.postgresql.org/docs/current/system-catalog-initial-data.html */
const FIRST_OID = 16_384;

/** Catalogs whose rows belong to one database. */
const CATALOGS_OF_DATABASE = [
  ...["pg_class", "pg_proc", "pg_type", "pg_namespace", "pg_extension", "pg_operator", "pg_cast", "pg_language"],
  ...["pg_publication", "pg_event_trigger", "pg_default_acl", "pg_foreign_data_wrapper", "pg_largeobject_metadata"],
];

/** Databases that every server has. Nobody works in them, but who may connect can. */
const DATABASES_OF_SERVER = [MAINTENANCE_DATABASE, "template1", "template0"];

/** Of `template1`, `initdb` itself says who may use it. */
const DATABASE_IS_OPEN = `NOT EXISTS (
    SELECT FROM pg_catalog.pg_database
    WHERE datname = pg_catalog.current_database() AND datname <> 'template1' AND datacl IS NOT NULL
  )`;

/** Whether the schema that everybody expects is there, and for whom it was there at first. */
const PUBLIC_IS_AS_MADE = `EXISTS (
    SELECT FROM pg_catalog.pg_namespace JOIN pg_catalog.pg_init_privs
      ON classoid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND objoid = pg_namespace.oid AND objsubid = 0
    WHERE nspname = 'public' AND nspacl::pg_catalog.text = initprivs::pg_catalog.text
  )`;

/** What is told of a server whose image has put nothing into it, so that it can be made what it was. */
export const clearable = { isClearable: "true" } as const;

/**
 * Whether a server is as `initdb` leaves it, with an empty database more, to which `client` may be connected: no script of its
 * image has made anything, nor changed who may use the database and its schema `public`.
 */
export async function isUntouched(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ yes: boolean }>(
    `SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE oid >= ${FIRST_OID})
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_db_role_setting)
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_tablespace WHERE oid >= ${FIRST_OID})
       AND NOT EXISTS (
         SELECT FROM pg_catalog.pg_database WHERE datname <> ALL ($1) AND datname <> pg_catalog.current_database()
       )
       AND ${DATABASE_IS_OPEN} AND ${PUBLIC_IS_AS_MADE} AS yes`,
    [DATABASES_OF_SERVER],
  );
  return rows[0]?.yes === true && (await isEmpty(client));
}

/**
 * Makes a server what it was when its image had started it: no database but an empty one of its own, no role but the
 * superuser. Every session ends.
 *
 * @throws LifecycleError when there is something that cannot be taken out.
 */
export async function clearServer(connection: ServiceConnection, signal: AbortSignal): Promise<void> {
  const { isClearable, database = "" } = connection.details;
  if (isClearable !== clearable.isClearable) throw new LifecycleError("What its image has put into it would be lost.");
  const sessions = { connection, signal };
  const maintenance = { database: MAINTENANCE_DATABASE, as: "superuser" } as const;
  await withSession(sessions, maintenance, async (client) => {
    await dropDatabases(client);
    await dropRoles(client);
    await refuseUnlessEmpty(client);
  });
  await withSession(sessions, { database: "template1", as: "superuser" }, refuseUnlessEmpty);
  await withSession(sessions, maintenance, (client) => client.query(`CREATE DATABASE ${quoteIdentifier(database)}`));
}

async function dropDatabases(client: Client): Promise<void> {
  const query = "SELECT datname, datistemplate FROM pg_catalog.pg_database WHERE datname <> ALL ($1)";
  const { rows } = await client.query<{ datname: string; datistemplate: boolean }>(query, [DATABASES_OF_SERVER]);
  for (const { datname, datistemplate } of rows) {
    if (datistemplate) await client.query(`ALTER DATABASE ${quoteIdentifier(datname)} IS_TEMPLATE false`);
    await dropDatabase(client, datname);
  }
}

/** Migrations make roles; those that were granted rights in a database that stays cannot be dropped. */
async function dropRoles(client: Client): Promise<void> {
  const query = `SELECT rolname FROM pg_catalog.pg_roles WHERE oid >= ${FIRST_OID}`;
  const { rows } = await client.query<{ rolname: string }>(query);
  if (rows.length === 0) return;
  // All at once: one may have granted another to a third, and cannot be dropped before that.
  await client.query(`DROP ROLE ${rows.map(({ rolname }) => quoteIdentifier(rolname)).join(", ")}`);
}

async function refuseUnlessEmpty(client: Client): Promise<void> {
  if (!(await isUntouched(client))) throw new LifecycleError("Somebody has made something in the server itself.");
}

async function isEmpty(client: Client): Promise<boolean> {
  const counts = CATALOGS_OF_DATABASE.map((name) => `SELECT FROM pg_catalog.${name} WHERE oid >= ${FIRST_OID}`);
  const { rowCount } = await client.query(`${counts.join(" UNION ALL ")} LIMIT 1`);
  return rowCount === 0;
}
