import { randomBytes } from "node:crypto";
import type { Client } from "pg";
import type { ServiceConnection } from "../../container/service-connection.ts";
import { isolatePart, isolating } from "../isolating.ts";
import type { KeptConnection } from "../kept-connection.ts";
import type { PartSource } from "../part-source.ts";
import type { CloneRequest, DatabasePair } from "./clone-database.ts";
import { cloneDatabase } from "./clone-database.ts";
import { dropDatabase } from "./drop-database.ts";
import { isServerFull } from "./full-server.ts";
import { maintenanceConnection } from "./postgres-client.ts";
import { snapshotPrefix } from "./database-snapshots.ts";
import { TEMPLATE_DATABASE } from "./template-database.ts";

/** What the databases that are made ahead of need may take together, in bytes. */
const MAX_IDLE_BYTES = 256 * 1024 * 1024;

/** The most databases that are made ahead of need. */
const MAX_IDLE = 16;

/** What the names of members' databases begin with. Those of strangers are called otherwise: no coordinator knows who has them. */
export const MEMBER_PREFIX = "test_";

/** What the databases of members are called. */
const DATABASE_NAME = /^test_[0-9a-f]{12}$/;

/** How databases are copied. */
export interface CopyTerms {
  /** What their names begin with. */
  readonly prefix: string;
  /** What they are copied from; the server's template when absent. */
  readonly template?: string;
  /** Done on the connection that copies, before it is used. */
  readonly prepare?: (client: Client) => Promise<unknown>;
  /** The connection that drops; disposed together with what copies. */
  readonly dropping?: KeptConnection<Client>;
  /** Completes a copy. */
  readonly finish?: (client: Client, pair: DatabasePair) => Promise<unknown>;
}

/** Copies the template of a server. Copying and dropping have a connection each, so that neither waits for the other. */
export class DatabaseSource implements PartSource {
  readonly #connection: ServiceConnection;
  readonly #copying: KeptConnection<Client>;
  readonly #dropping: KeptConnection<Client>;
  readonly #terms: CopyTerms;
  #sizeBytes: number | undefined;

  /**
   * @param connection - A server that is initialised.
   * @param holder - Who gets the databases; or on which terms they are copied.
   */
  constructor(connection: ServiceConnection, holder: "member" | "stranger" | CopyTerms) {
    this.#terms = typeof holder === "object" ? holder : termsFor(holder);
    this.#connection = connection;
    this.#copying = maintenanceConnection(connection, this.#terms.prepare);
    this.#dropping = this.#terms.dropping ?? maintenanceConnection(connection);
  }

  get maxIdle(): number {
    const affordable = Math.floor(MAX_IDLE_BYTES / (this.#sizeBytes ?? MAX_IDLE_BYTES));
    return Math.min(MAX_IDLE, Math.max(1, affordable));
  }

  /** What no database of the server was called before. */
  newName(): string {
    return `${this.#terms.prefix}${randomBytes(6).toString("hex")}`;
  }

  async make(): Promise<string> {
    const { name, details } = this.#connection;
    const database = this.newName();
    const request: CloneRequest = {
      from: this.#terms.template ?? details["template"] ?? TEMPLATE_DATABASE,
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
      await dropDatabase(client, id);
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
    await this.#terms.finish?.(client, request);
  }
}

function termsFor(holder: "member" | "stranger"): CopyTerms {
  return { prefix: holder === "member" ? MEMBER_PREFIX : "test_attached_" };
}

async function dropSnapshots(client: Client, database: string): Promise<void> {
  const query = "SELECT datname FROM pg_catalog.pg_database WHERE pg_catalog.starts_with(datname::text, $1)";
  const { rows } = await client.query<{ datname: string }>(query, [snapshotPrefix(database)]);
  for (const { datname } of rows) await dropDatabase(client, datname);
}

async function sizeOf(client: Client, database: string): Promise<number> {
  const { rows } = await client.query<{ size: string }>("SELECT pg_catalog.pg_database_size($1) AS size", [database]);
  return Number(rows[0]?.size);
}
