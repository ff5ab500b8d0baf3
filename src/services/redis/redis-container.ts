import type { Redis } from "ioredis";
import type { ServiceConnection } from "../../container/service-connection.ts";
import { ConfigurationError } from "../../errors/configuration-error.ts";
import { claimContainer } from "../claim-container.ts";
import { UnsupportedError } from "../../errors/unsupported-error.ts";
import type { ContainerAccess } from "../container-access.ts";
import { GenericContainer } from "../generic/generic-container.ts";
import { isolating, takePart } from "../isolating.ts";
import type { KeptConnection } from "../kept-connection.ts";
import { DatabaseBook } from "./database-book.ts";
import { partOf } from "./database-part.ts";
import type { RedisUser } from "./database-users.ts";
import { userOf } from "./database-users.ts";
import { ledgerConnection } from "./redis-client.ts";
import type { RedisDatabase } from "./redis-database.ts";
import type { RedisIsolateOptions, RedisIsolationMode } from "./redis-isolation.ts";
import { REDIS_PORT } from "./redis-port.ts";
import { withNetworkUrl } from "../with-network-url.ts";

/** A logical database, and as whom its holder uses it. */
interface OwnDatabase {
  readonly database: number;
  readonly user: RedisUser;
}

/** A Redis server that is ready. */
export class RedisContainer extends GenericContainer {
  /** Password of the default user, or of the one whom its URL names; empty when there is none. */
  readonly password: string;
  /** How many logical databases it has. */
  readonly databases: number;

  readonly #access: ContainerAccess;
  readonly #mode: RedisIsolationMode;
  readonly #connection: KeptConnection<Redis>;

  /** @param mode - What `isolate` hands out unless it is asked otherwise. */
  constructor(connection: ServiceConnection, access: ContainerAccess, mode: RedisIsolationMode = "database") {
    super(connection, access);
    this.#mode = mode;
    this.password = connection.details["password"] ?? "";
    this.databases = Number(connection.details["databases"]);
    this.#access = access;
    this.#connection = ledgerConnection(() => this.connection);
  }

  /** Where its database 0 answers from this machine; of a server that exists already, the database that its URL names. */
  override get url(): string {
    return this.databaseUrl(Number(this.connection.details["database"] ?? 0));
  }

  /** Where its database 0 answers from other containers. Throws `UnsupportedError` when it is on no shared network. */
  override get networkUrl(): string {
    return this.#addressOf(this.networkHost, REDIS_PORT, 0, this.#serverUser);
  }

  /** Where the logical database of this number answers from this machine, as the default user. */
  databaseUrl(database: number): string {
    return this.#addressOf(this.host, this.port(REDIS_PORT), database, this.#serverUser);
  }

  /**
   * Empties one logical database.
   *
   * @throws ConfigurationError when there is none of this number; the last one is Cleanroom's own. UnsupportedError when the
   * server exists without Cleanroom: what is in its databases may be anybody's.
   */
  async flush(database = 0): Promise<void> {
    const { existing } = this.connection;
    if (existing !== undefined) {
      throw new UnsupportedError(
        `${this.name} is the server that ${existing.variable} names: what is in its databases may be anybody's. Empty one of ` +
          "your own: `await using database = await cache.isolate()`.",
      );
    }
    if (!Number.isInteger(database) || database < 0 || database >= this.databases - 1) {
      const message = `there is no database ${database}; they are 0 to ${this.databases - 2}`;
      throw new ConfigurationError({ origin: this.name, problems: [{ path: "flush", message }] });
    }
    await isolating({ container: this.name, operation: `empty database ${database} of ${this.name}` }, (turn) =>
      this.#connection.use((client) => new DatabaseBook(client, this.databases).empty(database), turn),
    );
  }

  /**
   * A logical database of the caller's own, empty, with a user who may do what concerns that database: not FLUSHALL, SWAPDB or
   * CONFIG SET. Channels of PUBLISH are everybody's. The caller disposes it, which gives it back; the user is removed and the
   * database emptied in the background. When all are in use, it is waited for other processes that have some.
   *
   * With `isolated: true` it is database 0 of a server that nobody else uses, which is removed when it is given back.
   *
   * @throws IsolationError when all are in use and no other process may give one back, or the server does not give one;
   *   TimeoutError when that takes 30 s. What starting a container throws, and UnsupportedError after `attachService`, when a
   *   server was asked for.
   */
  async isolate({ signal, isolated = this.#mode === "server" }: RedisIsolateOptions = {}): Promise<RedisDatabase> {
    if (isolated) return this.#ownServer(signal);
    return this.#databaseOf(await takePart(this.#access, this.name, signal));
  }

  /** Closes this handle's own connection, not the server. The environment calls it. */
  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose](); // First: what comes now needs the server, and may fail.
    await this.#connection[Symbol.asyncDispose]();
  }

  async #ownServer(signal: AbortSignal | undefined): Promise<RedisDatabase> {
    let giveBack = (): Promise<void> => Promise.resolve();
    const server = await claimContainer({
      name: this.name,
      access: this.#access,
      isNextStarted: this.#mode === "server",
      attach: ({ connection, access }, give) => {
        giveBack = give;
        return new RedisContainer(connection, access);
      },
      signal,
    });
    return server.#part({ database: 0, user: server.#serverUser }, async () => {
      try {
        await server[Symbol.asyncDispose]();
      } finally {
        await giveBack();
      }
    });
  }

  #databaseOf(id: string): RedisDatabase {
    const part = partOf(id);
    const user = userOf(part, this.#serverUser);
    return this.#part({ database: part.database, user }, () => this.#access.givePart(id));
  }

  #part({ database, user }: OwnDatabase, giveBack: () => Promise<void>): RedisDatabase {
    let giving: Promise<void> | undefined;
    const part = {
      server: this,
      database,
      url: this.#addressOf(this.host, this.port(REDIS_PORT), database, user),
      host: this.host,
      port: this.port(REDIS_PORT),
      ...user,
      [Symbol.asyncDispose]: () => (giving ??= giveBack()),
    };
    return withNetworkUrl(part, () => this.#addressOf(this.networkHost, REDIS_PORT, database, user));
  }

  /** The default one, or the one of its URL. */
  get #serverUser(): RedisUser {
    return { username: this.connection.details["username"] ?? "", password: this.password };
  }

  #addressOf(host: string, port: number, database: number, { username, password }: RedisUser): string {
    const credentials = password === "" ? "" : `${encodeURIComponent(username)}:${encodeURIComponent(password)}@`;
    const scheme = this.connection.details["tls"] === "true" ? "rediss" : "redis";
    return `${scheme}://${credentials}${host.includes(":") ? `[${host}]` : host}:${port}/${database}`;
  }
}
