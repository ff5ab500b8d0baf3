import { randomBytes } from "node:crypto";
import type { Client } from "pg";
import type { ServiceConnection } from "../../container/service-connection.ts";
import { isolatePart, isolating } from "../isolating.ts";
import type { KeptConnection } from "../kept-connection.ts";
import type { PartSource } from "../part-source.ts";
import type { CloneRequest } from "./clone-database.ts";
import { cloneDatabase } from "./clone-database.ts";
import { isServerFull } from "./full-server.ts";
import { maintenanceConnection, quoteIdentifier } from "./postgres-client.ts";
import { snapshotPrefix } from "./database-snapshots.ts";
import { TEMPLATE_DATABASE } from "./template-database.ts";

/** What the databases that are made ahead of need may take together, in bytes. */
const MAX_IDLE_BYTES = 256 * 1024 * 1024;

/** The most databases that are made ahead of need. */
const MAX_IDLE = 16;

/** What the databases of members are called. Those of strangers are called otherwise: no coordinator knows who has them. */
const DATABASE_NAME = /^test_[0-9a-f]{12}$/;

/** Copies the template of a server. Copying and dropping have a connection each, so that neither waits for the other. */
export class DatabaseSource implements PartSource {
  readonly #connection: ServiceConnection;
  readonly #copying: KeptConnection<Client>;
  readonly #dropping: KeptConnection<Client>;
  readonly #prefix: string;
  #sizeBytes: number | undefined;

  /**
   * @param connection - A server that is initialised.
   * @param holder - Who gets the databases.
   */
  constructor(connection: ServiceConnection, holder: "member" | "stranger") {
    this.#prefix = holder === "member" ? "test_" : "test_attached_";
    this.#connection = connection;
    this.#copying = maintenanceConnection(connection);
    this.#dropping = maintenanceConnection(connection);
  }

  get maxIdle(): number {
    const affordable = Math.floor(MAX_IDLE_BYTES / (this.#sizeBytes ?? MAX_IDLE_BYTES));
    return Math.min(MAX_IDLE, Math.max(1, affordable));
  }

  async make(): Promise<string> {
    const { name, details } = this.#connection;
    const database = `${this.#prefix}${randomBytes(6).toString("hex")}`;
    const request: CloneRequest = {
      from: TEMPLATE_DATABASE,
      to: database,
      owner: details["owner"],
      isDurable: details["durable"] === "true",
      hasProperties: details["hasDatabaseProperties"] === "true",
    };
    await isolatePart(
      this.#copying,
      { container: name, operation: `isolate ${name}` },
      { make: (client) => this.#copy(client, request), undo: () => this.remove(database) },
    );
    return database;
  }

  async remove(id: string): Promise<void> {
    const { name } = this.#connection;
    const drop = async (client: Client): Promise<void> => {
      await client.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(id)} WITH (FORCE)`);
      await dropSnapshots(client, id);
    };
    await isolating({ container: name, operation: `drop the database ${id} of ${name}` }, (turn) =>
      this.#dropping.useUnlessGone(drop, { ...turn, isRepeatable: true }),
    );
  }

  async list(): Promise<readonly string[]> {
    const { name } = this.#connection;
    const databases = await isolating({ container: name, operation: `list the databases of ${name}` }, (turn) =>
      this.#dropping.use(async (client) => {
        const { rows } = await client.query<{ datname: string }>("SELECT datname FROM pg_catalog.pg_database");
        return rows.map(({ datname }) => datname);
      }, turn),
    );
    return databases.filter((database) => DATABASE_NAME.test(database));
  }

  isFull(error: unknown): boolean {
    return isServerFull(error);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#copying[Symbol.asyncDispose](), this.#dropping[Symbol.asyncDispose]()]);
  }

  async #copy(client: Client, request: CloneRequest): Promise<void> {
    this.#sizeBytes ??= await sizeOf(client, request.from);
    await cloneDatabase(client, request);
  }
}

async function dropSnapshots(client: Client, database: string): Promise<void> {
  const query = "SELECT datname FROM pg_catalog.pg_database WHERE pg_catalog.starts_with(datname::text, $1)";
  const { rows } = await client.query<{ datname: string }>(query, [snapshotPrefix(database)]);
  for (const { datname } of rows)
    await client.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(datname)} WITH (FORCE)`);
}

async function sizeOf(client: Client, database: string): Promise<number> {
  const { rows } = await client.query<{ size: string }>("SELECT pg_catalog.pg_database_size($1) AS size", [database]);
  return Number(rows[0]?.size);
}
