import type { ServiceConnection } from "../../container/service-connection.ts";
import type { ContainerAccess } from "../container-access.ts";
import { GenericContainer } from "../generic/generic-container.ts";
import type { IsolateOptions } from "../isolate-options.ts";
import { takePart } from "../isolating.ts";
import { keepDuration } from "./keep-duration.ts";
import type { PostgresDatabase } from "./postgres-database.ts";
import type { PostgresParts } from "./postgres-parts.ts";
import { POSTGRES_PORT } from "./postgres-port.ts";
import type * as Snapshots from "./database-snapshots.ts";
import { postgresUrl } from "./postgres-url.ts";
import { schemaPart } from "./schema-part.ts";
import type { Transactions } from "./transactions.ts";
import { withNetworkUrl } from "../with-network-url.ts";

/** A PostgreSQL server that is ready: its migrations have been run. Its parts are what `isolation.mode` says. */
export class PostgresContainer<Part = PostgresDatabase> extends GenericContainer {
  /** Name of its own database; on a server that exists already, of one that was made for this process. */
  readonly database: string;
  /** User who owns it; a superuser only with the option `superuser`, or on a server that exists already. */
  readonly username: string;
  /** That user's password. */
  readonly password: string;

  readonly #access: ContainerAccess;
  readonly #keepFailedMs: number;
  #transactions: Promise<Transactions> | undefined;

  constructor(connection: ServiceConnection, access: ContainerAccess) {
    super(connection, access);
    const { database = "", username = "", password = "" } = connection.details;
    this.database = database;
    this.username = username;
    this.password = password;
    this.#access = access;
    this.#keepFailedMs = Number(connection.details["keepFailedMs"] ?? 0);
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
   * A part of the caller's own, as the migrations left it: a database, made ahead of need where somebody asked before, or what
   * `isolation.mode` says. The caller disposes it, which gives it back; a database is dropped or reset in the background,
   * whoever is still connected to it.
   *
   * @throws IsolationError when the server does not make one; TimeoutError when that takes 30 s.
   */
  async isolate({ signal }: IsolateOptions = {}): Promise<Part> {
    return (await this.#divide(signal)) as Part; // The definition that this handle comes from says what its parts are.
  }

  /** Closes what this handle itself has open, not the server. The environment calls it. */
  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose](); // First: what comes now needs the server, and may fail.
    const transactions = await this.#transactions?.catch(() => undefined); // Whoever waited for them was told.
    this.#transactions = undefined;
    await transactions?.[Symbol.asyncDispose]();
  }

  async #divide(signal: AbortSignal | undefined): Promise<PostgresParts[keyof PostgresParts]> {
    const mode = this.connection.details["isolation"];
    if (mode === "transaction") return (await (this.#transactions ??= this.#openTransactions())).begin(signal);
    const id = await takePart(this.#access, this.name, signal);
    if (mode !== "schema") return this.#databaseNamed(id);
    return schemaPart(id, { server: serverOfParts(this), access: this.#access, keepFailedMs: this.#keepFailedMs });
  }

  async #openTransactions(): Promise<Transactions> {
    const { Transactions } = await import("./transactions.ts");
    return new Transactions(serverOfParts(this), () => this.connection, this.#access);
  }

  #databaseNamed(name: string): PostgresDatabase {
    const url = this.#urlOf(name);
    let giving: Promise<void> | undefined;
    let keepForMs = 0;
    let lastTurn: Promise<unknown> = Promise.resolve();
    const inTurn = (work: (snapshots: typeof Snapshots) => Promise<void>): Promise<void> => {
      const turn = lastTurn.then(async () => work(await import("./database-snapshots.ts"))); // Only few take any.
      lastTurn = turn.catch(() => undefined);
      return turn;
    };
    const snapshotOf = (state = "default"): Snapshots.SnapshotRequest => {
      return { connection: this.connection, database: name, name: state };
    };
    const part: Omit<PostgresDatabase, "networkUrl"> = {
      server: serverOfParts(this),
      database: name,
      url,
      connectionString: url,
      host: this.host,
      port: this.port(POSTGRES_PORT),
      username: this.username,
      password: this.password,
      snapshot: (state) => inTurn((states) => states.takeSnapshot(snapshotOf(state))),
      restore: (state) => inTurn((states) => states.restoreSnapshot(snapshotOf(state))),
      dump: async ({ signal } = {}) => {
        const { dumpDatabase } = await import("./dump-database.ts"); // Only few are dumped.
        await lastTurn;
        return dumpDatabase({ connection: this.connection, access: this.#access, database: name }, signal);
      },
      keep: (forMs = this.#keepFailedMs) => (keepForMs = keepDuration(forMs, this.#access)),
      // Half a copy must not come to life after it was given back.
      [Symbol.asyncDispose]: () => (giving ??= lastTurn.then(() => this.#access.givePart(name, keepForMs))),
    };
    return withNetworkUrl(part, () => this.#networkUrlOf(name));
  }

  #urlOf(database: string): string {
    return this.#address(this.host, this.port(POSTGRES_PORT), database);
  }

  #networkUrlOf(database: string): string {
    return this.#address(this.networkHost, POSTGRES_PORT, database);
  }

  #address(host: string, port: number, database: string): string {
    const { username, password } = this;
    return postgresUrl({ username, password, host, port, database, parameters: this.connection.details["parameters"] });
  }
}

/** As parts know it: whatever they are, it is their server. */
function serverOfParts(server: PostgresContainer<unknown>): PostgresContainer<never> {
  return server as PostgresContainer<never>;
}
