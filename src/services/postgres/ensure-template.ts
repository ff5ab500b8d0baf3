import { createHash } from "node:crypto";
import type { Client } from "pg";
import type { ServiceConnection } from "../../container/service-connection.ts";
import { IsolationError } from "../../errors/isolation-error.ts";
import type { Json } from "../../spec/container-spec.ts";
import { dropDatabase } from "./drop-database.ts";
import { createExtensions } from "./extensions.ts";
import type { Initialisation } from "./initialise.ts";
import { migrateDatabase } from "./initialise.ts";
import { hold, letGo, lockOf, makePatient, tryHold } from "./lease.ts";
import { maintenanceDatabaseOf, quoteIdentifier } from "./postgres-client.ts";
import { explainConnectionsLeft } from "./run-migrate.ts";
import { withSession } from "./with-session.ts";

/** What a template is made from. */
export interface TemplateContent extends Omit<Initialisation, "ignoredTables" | "hasSchemas"> {
  /** Tells it from others. */
  readonly fingerprint: Json;
}

/** Counts up when templates are made otherwise. */
const TEMPLATE_FORMAT = 1;

/** How many templates stay that nobody uses, and how long, in seconds. */
const MAX_UNUSED = 5;
const MAX_UNUSED_SECONDS = 7 * 24 * 3600;

/** How often the last use of a template is noted, in seconds. */
const NOTE_USE_AFTER_SECONDS = 3600;

/** The first version that can drop a database in use. */
const OLDEST_VERSION = 130_000;

/**
 * Sees to it that a server which exists already has the template that databases are copied from: made by whoever needs it
 * first, once for all processes. The server is the arbiter, by a lock. Until it is complete a template has another name, so
 * that a half-made one is known as such; the next process makes it anew.
 *
 * @returns The connection's further details.
 * @throws IsolationError when the role lacks the rights, MigrationError, ConfigurationError.
 */
export async function ensureTemplate(
  connection: ServiceConnection,
  content: TemplateContent,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const names = namesFor(connection, content.fingerprint);
  const maintenance = { database: maintenanceDatabaseOf(connection), as: "superuser" } as const;
  await withSession({ connection, signal }, maintenance, async (client) => {
    await makePatient(client);
    await assertRights(client, connection);
    if (await isThere(client, names.template)) return noteUse(client, names.template);
    await hold(client, lockOf(names.template), "alone");
    if (await isThere(client, names.template)) return; // Another process has made it meanwhile.
    await build(client, { connection, content, names, signal });
    await removeUnused(client, names.scope, names.template);
  });
  return { template: names.template };
}

/** What the databases of one role are called that come from one URL's database and one content. */
interface TemplateNames {
  readonly scope: string;
  readonly template: string;
  readonly building: string;
}

/**
 * Locks are those of the database that one is connected to, so templates are as well: of another one, nobody could tell
 * whether they are in use.
 */
function namesFor({ details }: ServiceConnection, fingerprint: Json): TemplateNames {
  const scope = digest([details["maintenance"] ?? "", details["username"] ?? ""]).slice(0, 8);
  const name = `${scope}_${digest([TEMPLATE_FORMAT, fingerprint]).slice(0, 16)}`;
  return { scope, template: `cleanroom_template_${name}`, building: `cleanroom_building_${name}` };
}

function digest(content: Json): string {
  return createHash("sha256").update(JSON.stringify(content)).digest("hex");
}

interface Building {
  readonly connection: ServiceConnection;
  readonly content: TemplateContent;
  readonly names: TemplateNames;
  readonly signal: AbortSignal;
}

/** The lock is held. */
async function build(client: Client, { connection, content, names, signal }: Building): Promise<void> {
  const { template, building } = names;
  await dropDatabase(client, building); // What whoever died, or failed, has half made.
  await client.query(`CREATE DATABASE ${quoteIdentifier(building)}`);
  const inside = { ...connection, details: { ...connection.details, database: building } };
  try {
    await withSession({ connection: inside, signal }, { database: building, as: "user" }, (session) =>
      createExtensions(session, inside.name, content.extensions),
    );
    await migrateDatabase(inside, content, signal);
    await client.query(`ALTER DATABASE ${quoteIdentifier(building)} WITH ALLOW_CONNECTIONS false`);
    await noteUse(client, building);
    await client.query(`ALTER DATABASE ${quoteIdentifier(building)} RENAME TO ${quoteIdentifier(template)}`);
  } catch (error) {
    if (!signal.aborted) await dropDatabase(client, building).catch(() => undefined); // What failed first is told.
    throw content.migrate === undefined ? error : explainConnectionsLeft(error, connection);
  }
}

async function assertRights(client: Client, { name, details, existing }: ServiceConnection): Promise<void> {
  const { rows } = await client.query<{ version: string; can_create: boolean }>(`
    SELECT pg_catalog.current_setting('server_version_num') AS version, rolcreatedb OR rolsuper AS can_create
    FROM pg_catalog.pg_roles WHERE rolname = current_user`);
  const [role] = rows;
  const { username = "" } = details;
  const origin = existing?.variable ?? "";
  if (Number(role?.version) < OLDEST_VERSION) {
    const reason = `the server that ${origin} names is older than PostgreSQL 13.`;
    throw new IsolationError({ container: name, failure: "failed", reason, hint: "Use a later one." });
  }
  if (role?.can_create === true) return;
  const reason = `${username}, whom ${origin} names, may not create databases.`;
  const hint = `Let a superuser run \`ALTER ROLE ${quoteIdentifier(username)} CREATEDB\`, or unset ${origin} to have a server started.`;
  throw new IsolationError({ container: name, failure: "failed", reason, hint });
}

async function isThere(client: Client, database: string): Promise<boolean> {
  const { rowCount } = await client.query("SELECT FROM pg_catalog.pg_database WHERE datname = $1", [database]);
  return rowCount !== 0;
}

/** When a template was last used is in its comment, in seconds since the epoch. */
async function noteUse(client: Client, database: string): Promise<void> {
  const { rows } = await client.query<{ now: number; used: number }>(
    `SELECT ${NOW} AS now, ${LAST_USE} AS used FROM pg_catalog.pg_database WHERE datname = $1`,
    [database],
  );
  const [template] = rows;
  if (template === undefined || template.now - template.used < NOTE_USE_AFTER_SECONDS) return;
  await client.query(`COMMENT ON DATABASE ${quoteIdentifier(database)} IS 'cleanroom: used ${template.now}'`);
}

const NOW = "pg_catalog.floor(EXTRACT(epoch FROM pg_catalog.now()))::float8";
const LAST_USE = `
  COALESCE(pg_catalog.substring(pg_catalog.shobj_description(oid, 'pg_database'), 'used ([0-9]+)')::float8, 0)`;

/** Removes the templates that were made from the same URL's database and that nobody has used for long, and half-made ones. */
async function removeUnused(client: Client, scope: string, current: string): Promise<void> {
  const { rows } = await client.query<{ datname: string; age: number }>(
    `SELECT datname, ${NOW} - ${LAST_USE} AS age FROM pg_catalog.pg_database
     WHERE datname ~ $1 AND pg_catalog.pg_get_userbyid(datdba) = current_user AND datname <> $2 ORDER BY age`,
    [`^cleanroom_(template|building)_${scope}_`, current],
  );
  const surplus = rows.filter(({ datname, age }, index) => {
    return datname.includes("_building_") || index >= MAX_UNUSED || age > MAX_UNUSED_SECONDS;
  });
  for (const { datname } of surplus) {
    const lock = lockOf(datname.replace("_building_", "_template_"));
    if (!(await tryHold(client, lock))) continue; // Somebody uses it, or makes it.
    await dropDatabase(client, datname).catch(() => undefined); // The next one tries again.
    await letGo(client, lock);
  }
}
