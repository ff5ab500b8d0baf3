import type { Client } from "pg";
import { quoteIdentifier } from "./postgres-client.ts";
import { serverVersion } from "./server-version.ts";

/** The role that tests connect as, and its database. */
export interface TestRole {
  /** Name of the role. */
  readonly username: string;
  /** Its password. */
  readonly password: string;
  /** Name of the database that it gets, to which `client` is connected. */
  readonly database: string;
}

/** The first server version whose schema `public` belongs to the owner of its database, as PostgreSQL counts. */
const VERSION_WITH_OWNED_PUBLIC = 150_000;

/**
 * Makes an ordinary role, unless a script of the image has made it, and gives it the database with the schema `public`.
 *
 * It may make roles until `endSetUp`, and never databases.
 */
export async function makeTestRole(client: Client, { username, password, database }: TestRole): Promise<void> {
  const role = quoteIdentifier(username);
  const { rowCount } = await client.query("SELECT FROM pg_catalog.pg_roles WHERE rolname = $1", [username]);
  await client.query(LOG_NO_STATEMENTS); // Whoever reads the log must not find the password there.
  await client.query(
    `${rowCount === 0 ? "CREATE" : "ALTER"} ROLE ${role} LOGIN CREATEROLE PASSWORD ${client.escapeLiteral(password)}`,
  );
  await client.query(`ALTER DATABASE ${quoteIdentifier(database)} OWNER TO ${role}`);
  if ((await serverVersion(client)) >= VERSION_WITH_OWNED_PUBLIC) return;
  await client.query(`ALTER SCHEMA public OWNER TO ${role}`);
}

/** Roles belong to the server, which tests share: migrations may make them, tests may not. */
export async function endSetUp(client: Client, username: string): Promise<void> {
  await client.query(`ALTER ROLE ${quoteIdentifier(username)} NOCREATEROLE`);
}

/** For the rest of the session, whatever the server's settings are. Not every version has them all. */
const LOG_NO_STATEMENTS = `
  SELECT pg_catalog.set_config(name, quiet, false)
  FROM pg_catalog.pg_settings JOIN (VALUES
    ('log_statement', 'none'),
    ('log_min_duration_statement', '-1'),
    ('log_min_duration_sample', '-1'),
    ('log_transaction_sample_rate', '0'),
    ('log_min_error_statement', 'panic')
  ) wanted (name, quiet) USING (name)`;
