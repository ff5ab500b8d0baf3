import type { Client } from "pg";
import { messageOf } from "../../errors/describe.ts";
import { MigrationError } from "../../errors/migration-error.ts";
import { cloneDatabase } from "./clone-database.ts";
import { MAINTENANCE_DATABASE, quoteIdentifier } from "./postgres-client.ts";
import { EXTENSIONS_SCHEMA, SCHEMA_SCRIPT, SCHEMAS_DATABASE, TEMPLATE_SCHEMA } from "./schema-names.ts";
import { readSchemaScript } from "./schema-script.ts";
import { TEMPLATE_DATABASE } from "./template-database.ts";
import type { Sessions } from "./with-session.ts";
import { withSession } from "./with-session.ts";

/**
 * Has extensions created, in this session, in a schema that is not a test's, and found from now on in the database to which
 * the superuser is connected.
 */
export async function makeRoomForExtensions(client: Client, database: string): Promise<void> {
  await client.query(`
    CREATE SCHEMA ${EXTENSIONS_SCHEMA};
    GRANT USAGE ON SCHEMA ${EXTENSIONS_SCHEMA} TO PUBLIC;
    ALTER DATABASE ${quoteIdentifier(database)} SET search_path = "$user", public, ${EXTENSIONS_SCHEMA};
    SET search_path = ${EXTENSIONS_SCHEMA}`);
}

/**
 * Makes the database that tests have schemas in, and the script that makes such a schema: what the migrations left in
 * `public`, as `pg_dump` writes it. What they left elsewhere is there once, for all.
 *
 * @throws MigrationError when that cannot be made again in another schema.
 */
export async function makeSchemasDatabase(sessions: Sessions): Promise<void> {
  const { connection } = sessions;
  const { username = "", durable } = connection.details;
  await withSession(sessions, { database: MAINTENANCE_DATABASE, as: "superuser" }, async (client) => {
    const isDurable = durable === "true";
    await cloneDatabase(client, { from: TEMPLATE_DATABASE, to: SCHEMAS_DATABASE, isDurable, hasProperties: true });
  });
  const script = await withSession(sessions, { database: SCHEMAS_DATABASE, as: "superuser" }, async (client) => {
    await client.query(`ALTER SCHEMA public RENAME TO ${TEMPLATE_SCHEMA}`);
    await moveExtensions(client, connection.name);
    await dump(client, connection.name);
    // Its privileges belonged to the migrations' `public`; in this one, nobody but a superuser makes anything.
    await client.query(`
      DROP SCHEMA ${TEMPLATE_SCHEMA} CASCADE;
      CREATE SCHEMA public;
      GRANT USAGE ON SCHEMA public TO PUBLIC;
      GRANT CONNECT, TEMPORARY, CREATE ON DATABASE ${SCHEMAS_DATABASE} TO ${quoteIdentifier(username)}`);
    return readSchemaScript(client);
  });
  await withSession(sessions, { database: SCHEMAS_DATABASE, as: "user" }, (client) =>
    tryScript(client, script("cleanroom_trial"), connection.name),
  );
}

/** Those that migrations created: there is one of each in a database, so it cannot be a test's own. */
async function moveExtensions(client: Client, container: string): Promise<void> {
  const { rows } = await client.query<{ extname: string }>(
    `SELECT extname FROM pg_catalog.pg_extension WHERE extnamespace = '${TEMPLATE_SCHEMA}'::pg_catalog.regnamespace`,
  );
  for (const { extname } of rows) {
    try {
      await client.query(`ALTER EXTENSION ${quoteIdentifier(extname)} SET SCHEMA ${EXTENSIONS_SCHEMA}`);
    } catch (error) {
      const reason = `the extension ${extname} cannot leave the schema that each test gets a copy of: ${messageOf(error)}`;
      const hint = `Name it in \`extensions\`: ["${extname}"].`;
      throw new MigrationError({ container, reason, hint }, error);
    }
  }
}

/** The server runs it, in its data directory. The user's name has no quotes in it. */
async function dump(client: Client, container: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>("SELECT current_user AS name");
  const program = [
    "pg_dump",
    `--schema=${TEMPLATE_SCHEMA}`,
    "--no-owner --inserts --rows-per-insert=1000",
    `--no-password --username='${rows[0]?.name ?? ""}' --file=${SCHEMA_SCRIPT} ${SCHEMAS_DATABASE}`,
    `2> ${SCHEMA_SCRIPT}.errors`,
  ].join(" ");
  try {
    await client.query(`COPY (SELECT 1) TO PROGRAM ${client.escapeLiteral(program)}`);
  } catch (error) {
    const said = await client.query<{ text: string }>(
      `SELECT pg_catalog.pg_read_file('${SCHEMA_SCRIPT}.errors') AS text`,
    );
    const reason = "pg_dump could not write down what is in its schema";
    throw new MigrationError({ container, reason, output: said.rows[0]?.text ?? "" }, error);
  }
}

/** What cannot be made again is told now, and not by each test. */
async function tryScript(client: Client, script: string, container: string): Promise<void> {
  try {
    await client.query(`BEGIN; ${script}`);
  } catch (error) {
    const reason = `what is in its schema \`public\` cannot be made again in another one: ${messageOf(error)}`;
    const hint = "See whether something there names a schema, or use another `isolation.mode`.";
    throw new MigrationError({ container, reason, hint }, error);
  }
  await client.query("ROLLBACK");
}
