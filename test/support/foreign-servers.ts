import { Redis } from "ioredis";
import pg from "pg";
import { vi } from "vitest";
import * as engine from "./engine.ts";
import { images } from "./workspace.ts";

const PASSWORD = "p@ss/wörd";

/** A server that Cleanroom knows nothing of. Disposing removes it. */
interface ForeignServer extends AsyncDisposable {
  /** Its container. */
  readonly id: string;
  /** Its port on this machine. */
  readonly port: number;
}

/** A PostgreSQL server with a database `app` that holds something, and a log of every statement that makes or drops. */
export interface ForeignPostgres extends ForeignServer {
  /** The URL of `app`, of a superuser unless another user is named. */
  url(username?: string): string;
  /** What a superuser is answered, who may set `options` for the session. */
  ask(sql: string, database?: string, options?: string): Promise<readonly object[]>;
  /** The names of all databases that the server did not have at first. */
  added(): Promise<readonly string[]>;
}

/** Starts a PostgreSQL server without Cleanroom. `maker` may make databases, `reader` may not; both have the same password. */
export async function runPostgres(): Promise<ForeignPostgres> {
  const server = await run(images.postgres, 5432, {
    Env: [`POSTGRES_PASSWORD=${PASSWORD}`, "POSTGRES_DB=app"],
    Cmd: ["postgres", "-c", "log_statement=ddl", "-c", "fsync=off"],
  });
  const url = (username = "postgres", database = "app"): string =>
    `postgres://${username}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${server.port}/${database}`;
  const ask = async (sql: string, database = "app", options = ""): Promise<readonly object[]> => {
    const client = new pg.Client({ connectionString: url("postgres", database), options });
    try {
      await client.connect();
      return (await client.query<object>(sql)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  await vi.waitFor(() => ask("SELECT 1"), { timeout: 60_000, interval: 50 });
  await ask(`CREATE ROLE maker LOGIN CREATEDB PASSWORD '${PASSWORD}'`);
  await ask(`CREATE ROLE reader LOGIN PASSWORD '${PASSWORD}'`);
  await ask("CREATE TABLE treasure AS SELECT 'gold' AS what");
  const added = async (): Promise<readonly string[]> => {
    const rows = (await ask("SELECT datname FROM pg_database ORDER BY 1")) as readonly { readonly datname: string }[];
    return rows.map(({ datname }) => datname).filter((name) => !/^(app|postgres|template[01])$/.test(name));
  };
  return { ...server, url, ask, added };
}

/** A Redis server with sixteen databases. */
export interface ForeignRedis extends ForeignServer {
  /** The URL of a database, of the default user unless another is named. */
  url(database?: number, username?: string): string;
  /** What the default user is answered. */
  ask<T>(work: (client: Redis) => Promise<T>, database?: number): Promise<T>;
}

/** Starts a Redis server without Cleanroom. `app` may do what concerns keys, and no administration. */
export async function runRedis(): Promise<ForeignRedis> {
  const server = await run(images.redis, 6379, { Cmd: ["redis-server", "--requirepass", PASSWORD] });
  const url = (database = 0, username = ""): string =>
    `redis://${username}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${server.port}/${database}`;
  const ask = async <T>(work: (client: Redis) => Promise<T>, database = 0): Promise<T> => {
    const client = new Redis({
      port: server.port,
      password: PASSWORD,
      db: database,
      lazyConnect: true,
      retryStrategy: null,
    });
    client.on("error", () => undefined);
    try {
      await client.connect();
      return await work(client);
    } finally {
      client.disconnect();
    }
  };
  await vi.waitFor(() => ask((client) => client.ping()), { timeout: 60_000, interval: 50 });
  await ask((client) => client.acl("SETUSER", "app", "on", `>${PASSWORD}`, "~*", "&*", "+@all", "-@admin"));
  return { ...server, url, ask };
}

async function run(image: string, port: number, body: object): Promise<ForeignServer> {
  const key = `${port}/tcp`;
  const { Id, NetworkSettings } = await engine.runForeign({
    Image: image,
    ...body,
    HostConfig: {
      PortBindings: { [key]: [{ HostIp: "127.0.0.1", HostPort: "" }] },
      Tmpfs: { "/var/lib/postgresql/data": "" }, // A copy must not wait for a disk that others use.
    },
  });
  const bindings = NetworkSettings.Ports as Record<string, { readonly HostPort: string }[]>;
  return {
    id: Id,
    port: Number(bindings[key]?.[0]?.HostPort),
    [Symbol.asyncDispose]: () => engine.removeContainer(Id),
  };
}
