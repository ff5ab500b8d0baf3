import { randomBytes } from "node:crypto";
import type { Client } from "pg";
import type { ServiceConnection } from "../../container/service-connection.ts";
import type { ContainerAccess } from "../container-access.ts";
import { GenericContainer } from "../generic/generic-container.ts";
import type { IsolateOptions } from "../isolate-options.ts";
import { isolatePart, isolating } from "../isolating.ts";
import type { KeptConnection } from "../kept-connection.ts";
import { cloneDatabase } from "./clone-database.ts";
import { maintenanceConnection, quoteIdentifier } from "./postgres-client.ts";
import type { PostgresDatabase } from "./postgres-database.ts";
import { POSTGRES_PORT } from "./postgres-port.ts";
import { postgresUrl } from "./postgres-url.ts";
import { TEMPLATE_DATABASE } from "./template-database.ts";

/** A PostgreSQL server that is ready: its migrations have been run. */
export class PostgresContainer extends GenericContainer {
  /** Name of its own database. */
  readonly database: string;
  /** User who owns it; a superuser only with the option `superuser`. */
  readonly username: string;
  /** That user's password. */
  readonly password: string;

  readonly #maintenance: KeptConnection<Client>;

  constructor(connection: ServiceConnection, access: ContainerAccess) {
    super(connection, access);
    const { database = "", username = "", password = "" } = connection.details;
    this.database = database;
    this.username = username;
    this.password = password;
    this.#maintenance = maintenanceConnection(connection);
  }

  /** Where its own database answers from this machine. */
  override get url(): string {
    return this.#urlOf(this.database);
  }

  /** The same as `url`, under the name that `pg` gives it. */
  get connectionString(): string {
    return this.url;
  }

  /** Where its own database answers from other containers. Throws `UnsupportedError` when it is on no shared network. */
  override get networkUrl(): string {
    return this.#networkUrlOf(this.database);
  }

  /**
   * A database of the caller's own, as the migrations left it. The caller disposes it, which drops it.
   *
   * @throws IsolationError when the server does not make one; TimeoutError when it takes 30 s, those before not counted.
   */
  async isolate({ signal }: IsolateOptions = {}): Promise<PostgresDatabase> {
    const name = `test_${randomBytes(6).toString("hex")}`;
    const isDurable = this.connection.details["durable"] === "true";
    const hasProperties = this.connection.details["hasDatabaseProperties"] === "true";
    const { owner } = this.connection.details;
    const request = { from: TEMPLATE_DATABASE, to: name, owner, isDurable, hasProperties };
    const task = { container: this.name, operation: `isolate ${this.name}`, signal };
    await isolatePart(this.#maintenance, task, {
      make: (client) => cloneDatabase(client, request),
      undo: () => this.#drop(name),
    });
    return this.#databaseNamed(name);
  }

  /** Closes this handle's own connection, not the server. The environment calls it. */
  override [Symbol.asyncDispose](): Promise<void> {
    return this.#maintenance[Symbol.asyncDispose]();
  }

  #databaseNamed(name: string): PostgresDatabase {
    const url = this.#urlOf(name);
    const networkUrl = (): string => this.#networkUrlOf(name);
    let dropping: Promise<void> | undefined;
    return {
      server: this,
      database: name,
      url,
      connectionString: url,
      get networkUrl() {
        return networkUrl();
      },
      host: this.host,
      port: this.port(POSTGRES_PORT),
      username: this.username,
      password: this.password,
      [Symbol.asyncDispose]: () => (dropping ??= this.#drop(name)),
    };
  }

  /** A database whose server is gone is gone with it. */
  async #drop(name: string): Promise<void> {
    if (this.state === "stopped") return; // Its port may be somebody else's by now.
    const statement = `DROP DATABASE IF EXISTS ${quoteIdentifier(name)} WITH (FORCE)`;
    const drop = (client: Client): Promise<unknown> => client.query(statement);
    await isolating({ container: this.name, operation: `drop the database ${name} of ${this.name}` }, (turn) =>
      this.#maintenance.useUnlessGone(drop, { ...turn, isRepeatable: true }),
    );
  }

  #urlOf(database: string): string {
    return this.#address(this.host, this.port(POSTGRES_PORT), database);
  }

  #networkUrlOf(database: string): string {
    return this.#address(this.networkHost, POSTGRES_PORT, database);
  }

  #address(host: string, port: number, database: string): string {
    const { username, password } = this;
    return postgresUrl({ username, password, host, port, database });
  }
}
