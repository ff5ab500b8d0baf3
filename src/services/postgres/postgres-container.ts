import type { ServiceConnection } from "../../container/service-connection.ts";
import type { ContainerAccess } from "../container-access.ts";
import { GenericContainer } from "../generic/generic-container.ts";
import type { IsolateOptions } from "../isolate-options.ts";
import { takePart } from "../isolating.ts";
import type { PostgresDatabase } from "./postgres-database.ts";
import { POSTGRES_PORT } from "./postgres-port.ts";
import type * as Snapshots from "./database-snapshots.ts";
import { postgresUrl } from "./postgres-url.ts";

/** The longest that a database can be kept after it was given back, in milliseconds: what a timer can wait. */
const MAX_KEEP_MS = 2_147_483_647;

/** A PostgreSQL server that is ready: its migrations have been run. */
export class PostgresContainer extends GenericContainer {
  /** Name of its own database; on a server that exists already, of one that was made for this process. */
  readonly database: string;
  /** User who owns it; a superuser only with the option `superuser`, or on a server that exists already. */
  readonly username: string;
  /** That user's password. */
  readonly password: string;

  readonly #access: ContainerAccess;
  readonly #keepFailedMs: number;

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
   * A database of the caller's own, as the migrations left it, made ahead of need where somebody asked before. The caller
   * disposes it, which gives it back; it is dropped or reset in the background, whoever is still connected to it.
   *
   * @throws IsolationError when the server does not make one; TimeoutError when that takes 30 s.
   */
  async isolate({ signal }: IsolateOptions = {}): Promise<PostgresDatabase> {
    return this.#databaseNamed(await takePart(this.#access, this.name, signal));
  }

  #databaseNamed(name: string): PostgresDatabase {
    const url = this.#urlOf(name);
    const networkUrl = (): string => this.#networkUrlOf(name);
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
      snapshot: (state) => inTurn((states) => states.takeSnapshot(snapshotOf(state))),
      restore: (state) => inTurn((states) => states.restoreSnapshot(snapshotOf(state))),
      dump: async ({ signal } = {}) => {
        const { dumpDatabase } = await import("./dump-database.ts"); // Only few are dumped.
        await lastTurn;
        return dumpDatabase({ connection: this.connection, access: this.#access, database: name }, signal);
      },
      keep: (forMs = this.#keepFailedMs) => {
        keepForMs = this.#access.canKeepParts === true ? Math.min(Math.max(0, Math.floor(forMs) || 0), MAX_KEEP_MS) : 0;
        return keepForMs;
      },
      // Half a copy must not come to life after it was given back.
      [Symbol.asyncDispose]: () => (giving ??= lastTurn.then(() => this.#access.givePart(name, keepForMs))),
    };
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
