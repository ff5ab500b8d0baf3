import type { Client } from "pg";
import type { ServiceConnection } from "../../container/service-connection.ts";
import { isolating } from "../isolating.ts";
import type { KeptConnection } from "../kept-connection.ts";
import type { LeasedPartSource } from "../part-source.ts";
import { copySettings } from "./copy-settings.ts";
import { DatabaseSource } from "./database-source.ts";
import { heldLeases, hold, lockOf, makePatient, newLease } from "./lease.ts";
import { maintenanceConnection, quoteIdentifier } from "./postgres-client.ts";

/** How many databases stay that are kept to be looked at. */
const MAX_KEPT = 10;

/** The lease is what the server's locks tell of, so a database whose name says it belongs to whoever holds that. */
const LEASED_NAME = /^cleanroom_([0-9a-f]{16})_[0-9a-f]{12}/;

/**
 * Copies a template on a server that exists already. The connection that copies holds a lease, which is in the names of the
 * databases: where it has ended, whoever lists the databases next finds them left behind. Nothing else is ever touched.
 */
export class LeasedDatabaseSource implements LeasedPartSource {
  /** Each process makes some ahead, and a process may be one test file: what is not taken was made and is dropped in vain. */
  readonly maxIdle = 1;

  readonly #connection: ServiceConnection;
  readonly #lease: string;
  readonly #source: DatabaseSource;
  readonly #dropping: KeptConnection<Client>;
  readonly #kept = new Set<string>();

  /** @param connection - A server that has the template. */
  constructor(connection: ServiceConnection) {
    this.#connection = connection;
    this.#lease = newLease();
    const template = lockOf(connection.details["template"] ?? "");
    this.#dropping = maintenanceConnection(connection);
    this.#source = new DatabaseSource(connection, {
      dropping: this.#dropping,
      prefix: `cleanroom_${this.#lease}_`,
      prepare: async (client) => {
        await makePatient(client);
        await hold(client, this.#lease, "alone");
        await hold(client, template, "shared"); // So that nobody takes it for unused.
      },
      finish: copySettings,
    });
  }

  make(): Promise<string> {
    return this.#source.make();
  }

  async remove(id: string): Promise<void> {
    if (!this.#kept.has(id)) await this.#source.remove(id);
  }

  isFull(error: unknown): boolean {
    return this.#source.isFull(error);
  }

  async list(): Promise<readonly string[]> {
    return this.#ask("list the databases", async (client) => {
      const databases = await databasesOf(client); // First: whoever has one held its lease before.
      const held = await heldLeases(client);
      const left = databases.filter(({ name }) => !held.has(LEASED_NAME.exec(name)?.[1] ?? ""));
      const kept = left.filter(({ keptForSeconds }) => keptForSeconds > 0).slice(0, MAX_KEPT);
      return left.filter((database) => !kept.includes(database)).map(({ name }) => name);
    });
  }

  async keep(id: string, forMs: number): Promise<void> {
    await this.#ask(`keep the database ${id}`, async (client) => {
      const { rows } = await client.query<{ until: string }>(
        "SELECT pg_catalog.floor(EXTRACT(epoch FROM pg_catalog.now()) + $1)::text AS until",
        [Math.ceil(forMs / 1000)],
      );
      await client.query(
        `COMMENT ON DATABASE ${quoteIdentifier(id)} IS 'cleanroom: kept until ${rows[0]?.until ?? ""}'`,
      );
    });
    this.#kept.add(id);
  }

  async removeAll(): Promise<void> {
    const names = await this.#ask("list the databases", async (client) => {
      return (await databasesOf(client)).map(({ name }) => name);
    });
    const own = names.filter((name) => LEASED_NAME.exec(name)?.[1] === this.#lease);
    for (const name of own) await this.remove(name);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#source[Symbol.asyncDispose]();
  }

  #ask<T>(operation: string, work: (client: Client) => Promise<T>): Promise<T> {
    const { name } = this.#connection;
    const task = { container: name, operation: `${operation} of ${name}` };
    return isolating(task, (turn) => this.#dropping.use(work, turn));
  }
}

interface LeasedDatabase {
  readonly name: string;
  /** How long it is still to be kept; not above 0 when it is not. */
  readonly keptForSeconds: number;
}

/** Those of this role, the longest kept first. */
async function databasesOf(client: Client): Promise<readonly LeasedDatabase[]> {
  const { rows } = await client.query<LeasedDatabase>(`
    SELECT datname AS name, COALESCE(
      pg_catalog.substring(pg_catalog.shobj_description(oid, 'pg_database'), 'kept until ([0-9]+)')::float8
        - EXTRACT(epoch FROM pg_catalog.now())::float8, 0) AS "keptForSeconds"
    FROM pg_catalog.pg_database
    WHERE datname ~ '^cleanroom_[0-9a-f]{16}_[0-9a-f]{12}' AND pg_catalog.pg_get_userbyid(datdba) = current_user
    ORDER BY "keptForSeconds" DESC`);
  return rows;
}
