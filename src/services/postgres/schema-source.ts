import { randomBytes } from "node:crypto";
import type { Client } from "pg";
import type { ServiceConnection } from "../../container/service-connection.ts";
import { codeOf } from "../connection-loss.ts";
import { isolatePart, isolating } from "../isolating.ts";
import type { KeptConnection } from "../kept-connection.ts";
import type { PartSource } from "../part-source.ts";
import { isServerFull } from "./full-server.ts";
import { connectTo, keptConnection, quoteIdentifier } from "./postgres-client.ts";
import { SCHEMAS_DATABASE } from "./schema-names.ts";
import type { SchemaScript } from "./schema-script.ts";
import { readSchemaScript } from "./schema-script.ts";
import { untilLeft } from "./until-left.ts";

/** The most schemas that are made ahead of need. */
const MAX_IDLE = 16;

/** What the schemas of members are called. Those of strangers are called otherwise: no coordinator knows who has them. */
const SCHEMA_NAME = /^test_[0-9a-f]{12}$/;

/** How long a lock is waited for until whoever has it is ended, in milliseconds, and how often. */
const LOCK_TIMEOUT_MS = 500;
const LOCK_ATTEMPTS = 20;

/** Somebody else has a lock, or waits for one that we have. Source: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const lockedCodes: ReadonlySet<string> = new Set(["55P03", "40P01"]);

/**
 * Makes schemas as the migrations left theirs, all in one database. They are made as the user that tests are: what migrations
 * define is not run as a superuser here.
 */
export class SchemaSource implements PartSource {
  readonly maxIdle: number = MAX_IDLE;

  readonly #connection: ServiceConnection;
  readonly #making: KeptConnection<Client>;
  readonly #dropping: KeptConnection<Client>;
  readonly #prefix: string;
  #script: SchemaScript | undefined;

  /**
   * @param connection - A server that is initialised.
   * @param holder - Who gets the schemas.
   */
  constructor(connection: ServiceConnection, holder: "member" | "stranger") {
    this.#prefix = holder === "member" ? "test_" : "test_attached_";
    this.#connection = connection;
    this.#making = keptConnection(() => connectTo(connection, { database: SCHEMAS_DATABASE, as: "user" }));
    this.#dropping = keptConnection(() => connectTo(connection, { database: SCHEMAS_DATABASE, as: "superuser" }));
  }

  async make(): Promise<string> {
    const { name } = this.#connection;
    const task = { container: name, operation: `isolate ${name}` };
    const script = (this.#script ??= await isolating(task, (turn) => this.#dropping.use(readSchemaScript, turn)));
    const schema = `${this.#prefix}${randomBytes(6).toString("hex")}`;
    const make = (client: Client): Promise<unknown> => client.query(script(schema));
    await isolatePart(this.#making, task, { make, undo: () => this.remove(schema) });
    return schema;
  }

  async remove(id: string): Promise<void> {
    const { name } = this.#connection;
    await isolating({ container: name, operation: `drop the schema ${id} of ${name}` }, (turn) =>
      this.#dropping.useUnlessGone((client) => dropSchema(client, id), { ...turn, isRepeatable: true }),
    );
  }

  async list(): Promise<readonly string[]> {
    const { name } = this.#connection;
    const schemas = await isolating({ container: name, operation: `list the schemas of ${name}` }, (turn) =>
      this.#dropping.use(async (client) => {
        const { rows } = await client.query<{ nspname: string }>("SELECT nspname FROM pg_catalog.pg_namespace");
        return rows.map(({ nspname }) => nspname);
      }, turn),
    );
    return schemas.filter((schema) => SCHEMA_NAME.test(schema));
  }

  isFull(error: unknown): boolean {
    return isServerFull(error);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#making[Symbol.asyncDispose](), this.#dropping[Symbol.asyncDispose]()]);
  }
}

/** Ends whoever is still in it and does not leave: those who say so by their URL, and those who have locks there. */
async function dropSchema(client: Client, schema: string): Promise<void> {
  await client.query(`SET lock_timeout = ${LOCK_TIMEOUT_MS}`);
  await untilLeft(
    client,
    async () => (await client.query(`SELECT FROM (${USERS}) AS users`, [schema])).rows.length > 0,
  );
  for (let attempt = 1; ; attempt += 1) {
    await client.query(END_SESSIONS, [schema]);
    try {
      await client.query(`DROP SCHEMA IF EXISTS ${quoteIdentifier(schema)} CASCADE`);
      return;
    } catch (error) {
      if (attempt >= LOCK_ATTEMPTS || !lockedCodes.has(codeOf(error))) throw error;
    }
  }
}

const USERS = `
  WITH schema AS (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $1),
  users AS (
    SELECT pid FROM pg_catalog.pg_stat_activity
    WHERE datname = pg_catalog.current_database() AND application_name = $1
    UNION
    SELECT held.pid
    FROM pg_catalog.pg_locks held JOIN schema ON
      (held.locktype = 'object' AND held.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND held.objid = schema.oid)
      OR (held.locktype = 'relation' AND held.relation IN
        (SELECT class.oid FROM pg_catalog.pg_class class WHERE class.relnamespace = schema.oid))
    WHERE held.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
  )
  SELECT pid FROM users WHERE pid <> pg_catalog.pg_backend_pid()`;

const END_SESSIONS = `SELECT pg_catalog.pg_terminate_backend(pid) FROM (${USERS}) AS users`;
