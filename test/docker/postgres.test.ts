import pg from "pg";
import { describe, expect, onTestFinished, vi } from "vitest";
import type { CleanroomEnvironment, PostgresContainer, PostgresOptions, ServiceDefinition } from "../../src/index.ts";
import { attachService, hasCode, MigrationError, postgres } from "../../src/index.ts";
import type { PostgresDatabase } from "../../src/index.ts";
import * as engine from "../support/engine.ts";
import { failureOf, images, test as base, Workspace } from "../support/workspace.ts";

const schema = {
  "sql/001_users.sql": "create table users (id serial primary key, email text unique not null);",
  "sql/002_seed.sql": "insert into users (email) values ('root@example.org');\nselect setval('users_id_seq', 41);",
};

/** A server with two migrations that the tests of this file share; each takes databases of its own. */
const test = base.extend("db", { scope: "file" }, async ({}, { onCleanup }) => {
  const workspace = await Workspace.create();
  onCleanup(() => workspace[Symbol.asyncDispose]());
  await workspace.write(schema);
  const { services } = await workspace.start({ db: postgres(images.postgres, { migrations: ["sql/*.sql"] }) });
  return services.db;
});

async function connectTo(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString });
  client.on("error", () => undefined); // Some tests take the server or the database away.
  await client.connect();
  onTestFinished(() => client.end().catch(() => undefined));
  return client;
}

/** What the superuser is told inside the container, who is asked for no password there. */
async function askSuperuser(db: PostgresContainer, sql: string): Promise<string> {
  const psql = ["psql", "--username", "cleanroom", "--dbname", "postgres", "--tuples-only", "--no-align"];
  const { exitCode, stdout, stderr } = await db.exec([...psql, "--command", sql]);
  expect([exitCode, stderr]).toEqual([0, ""]);
  return stdout.trim();
}

function inDatabase({ url }: PostgresContainer, database: string): string {
  const other = new URL(url);
  other.pathname = database;
  return other.href;
}

async function databases(db: PostgresContainer): Promise<readonly string[]> {
  const client = await connectTo(inDatabase(db, "postgres"));
  const { rows } = await client.query<{ datname: string }>("select datname from pg_database");
  return rows.map(({ datname }) => datname);
}

const insert = "insert into users (email) values ('a@example.org') returning id";

describe("migrations", () => {
  test("have been run when a database is handed out", async ({ db }) => {
    const client = await connectTo(db.url);

    const { rows } = await client.query("select id, email from users");
    expect(rows).toEqual([{ id: 1, email: "root@example.org" }]);
  });

  test("run in the order of the list, those of a pattern by name, each once", async ({ workspace }) => {
    await workspace.write({
      "first.sql": "create table log (id serial, line text); insert into log (line) values ('first')",
      "sql/b.sql": "insert into log (line) values ('b')",
      "sql/a.sql": "insert into log (line) values ('a')",
      "sql/deep/c.sql": "insert into log (line) values ('c')",
    });
    const { services } = await workspace.start({
      db: postgres(images.postgres, { migrations: ["first.sql", "sql/**/*.sql", "sql/a.sql"] }),
    });

    const client = await connectTo(services.db.url);
    const { rows } = await client.query<{ line: string }>("select line from log order by id");
    expect(rows.map(({ line }) => line)).toEqual(["first", "a", "b", "c"]);
  });

  test("that fail say where, and leave nothing", async ({ workspace }) => {
    await workspace.write({
      "sql/001_users.sql": "create table users (id int);",
      "sql/002_orders.sql": "create table orders (id int);\n\ninsert into users\n  values (1, 'two');\n",
    });

    const error = await failureOf(workspace.start({ db: postgres(images.postgres, { migrations: ["sql/*.sql"] }) }));

    expect(error).toBeInstanceOf(MigrationError);
    expect((error as Error).message).toBe(
      "A migration of db failed at sql/002_orders.sql:4: INSERT has more expressions than target columns",
    );
    expect(hasCode(error, "CLEANROOM_MIGRATION")).toBe(true);
    expect(await workspace.left()).toEqual([]);
  });

  test("that fail pass on the server's hint", async ({ workspace }) => {
    await workspace.write({ "bad.sql": "select lenght('a')" });

    const error = await failureOf(workspace.start({ db: postgres(images.postgres, { migrations: ["bad.sql"] }) }));

    expect((error as Error).message).toBe(
      "A migration of db failed at bad.sql:1: function lenght(unknown) does not exist\n" +
        "Hint: No function matches the given name and argument types. You might need to add explicit type casts.",
    );
  });

  test("may be what pg_dump wrote: its \\restrict is passed over, and lines count as in the file", async ({
    workspace,
  }) => {
    await workspace.write({
      "dump.sql": "-- dump\n\\restrict Ab3xY\n\ncreate table users (id int);\n\\unrestrict Ab3xY\n",
      "windows.sql": "\\restrict Ab3xY\r\ncreate table more (id int);\r\n\\unrestrict Ab3xY\r\n",
      "bad.sql": "\\restrict Ab3xY\n\nselect '🐘🐘' from nowhere;\n\\unrestrict Ab3xY\n",
    });
    const { services } = await workspace.start({
      db: postgres(images.postgres, { migrations: ["dump.sql", "windows.sql"] }),
    });
    await (await connectTo(services.db.url)).query("select * from users, more");

    const error = await failureOf(workspace.start({ db: postgres(images.postgres, { migrations: ["bad.sql"] }) }));

    expect((error as Error).message).toBe('A migration of db failed at bad.sql:3: relation "nowhere" does not exist');
  });

  test("that have other commands of psql are told that these are no SQL; in a string they are text", async ({
    workspace,
  }) => {
    await workspace.write({
      "bad.sql": "select 1;\n  \\connect shop\n",
      "text.sql": "create table t as select 'a\n\\connect shop' as line;",
    });

    const error = await failureOf(workspace.start({ db: postgres(images.postgres, { migrations: ["bad.sql"] }) }));
    await workspace.start({ db: postgres(images.postgres, { migrations: ["text.sql"] }) });

    expect((error as Error).message).toBe(
      "A migration of db failed at bad.sql:2: psql meta commands are not SQL: \\connect",
    );
  });

  test("do not change what the next one means", async ({ workspace }) => {
    await workspace.write({
      "1.sql":
        "create schema app; create role nobody; grant nobody to current_user; create temp table scratch (); set search_path = app; set role nobody",
      "2.sql": "begin; create table placed (); commit; set session characteristics as transaction read only",
      "3.sql": "create table scratch ()",
    });
    const { services } = await workspace.start({ db: postgres(images.postgres, { migrations: ["*.sql"] }) });

    const { rows } = await (
      await connectTo(services.db.url)
    ).query(
      "select schemaname, tablename, tableowner from pg_tables where tablename in ('placed', 'scratch') order by 2",
    );
    expect(rows).toEqual([
      { schemaname: "public", tablename: "placed", tableowner: "test" },
      { schemaname: "public", tablename: "scratch", tableowner: "test" },
    ]);
  });

  test("that leave a transaction open are told so, instead of losing what they did", async ({ workspace }) => {
    await workspace.write({ "open.sql": "begin;\ncreate table users (id int);\n" });

    const error = await failureOf(workspace.start({ db: postgres(images.postgres, { migrations: ["open.sql"] }) }));

    expect(error).toBeInstanceOf(MigrationError);
    expect((error as Error).message).toBe(
      "A migration of db failed at open.sql: it leaves a transaction open; add COMMIT",
    );
  });

  test("that do not exist are a mistake of the configuration, and nothing starts", async ({ workspace }) => {
    await expect(workspace.start({ db: postgres(images.postgres, { migrations: ["sql/*.sql"] }) })).rejects.toThrow(
      `db is not valid:\n  migrations: no file matches "sql/*.sql" in ${workspace.directory}`,
    );
  });
});

describe("an isolated database", () => {
  test("takes the same unique key as its sisters", async ({ db }) => {
    const parts = await Promise.all(Array.from({ length: 8 }, () => db.isolate()));
    const ids = await Promise.all(
      parts.map(async ({ url }) => (await (await connectTo(url)).query<{ id: number }>(insert)).rows[0]?.id),
    );

    // The sequence, too, goes on from where the migrations left it.
    expect(ids).toEqual(Array.from({ length: 8 }, () => 42));
    await Promise.all(parts.map((part) => part[Symbol.asyncDispose]()));
  });

  test("is needed for that: in a shared one the second insert is refused", async ({ db }) => {
    await using shared = await db.isolate();
    const [first, second] = [await connectTo(shared.url), await connectTo(shared.url)];

    await first.query(insert);
    await expect(second.query(insert)).rejects.toMatchObject({ code: "23505" });
  });

  test("is as the migrations left it, whatever happened to the server's own", async ({ db }) => {
    const own = await connectTo(db.url);
    await own.query("begin; insert into users (email) values ('later@example.org'); create table later (); commit");

    await using part = await db.isolate();
    const client = await connectTo(part.url);
    const { rows } = await client.query("select id, email from users");
    const tables = await client.query("select tablename from pg_tables where schemaname = 'public'");
    await own.query("delete from users where email = 'later@example.org'; drop table later");

    expect(rows).toEqual([{ id: 1, email: "root@example.org" }]);
    expect(tables.rows).toEqual([{ tablename: "users" }]);
  });

  test("is dropped after it is disposed, though somebody is connected, and only once", async ({ db }) => {
    const part = await db.isolate();
    const client = await connectTo(part.url);
    const ended = new Promise((resolve) => client.once("end", resolve));
    expect(await databases(db)).toContain(part.database);

    await Promise.all([part[Symbol.asyncDispose](), part[Symbol.asyncDispose]()]);
    await part[Symbol.asyncDispose]();

    await ended;
    await expect.poll(() => databases(db)).not.toContain(part.database);
  });

  test("is not dropped under a pool that has just ended, whose connections are still being closed", async ({ db }) => {
    const errors: unknown[] = [];
    for (let round = 1; round <= 20; round += 1) {
      const database = await db.isolate();
      const pool = new pg.Pool({ connectionString: database.connectionString });
      pool.on("error", (error) => errors.push(error));
      await Promise.all([1, 2, 3].map(() => pool.query("SELECT")));
      await pool.end();
      await database[Symbol.asyncDispose]();
      await expect.poll(() => databases(db)).not.toContain(database.database);
    }
    expect(errors).toEqual([]);
  });

  test("has everything that is needed to reach it", async ({ db }) => {
    await using part = await db.isolate();

    const { host, port, username, password, database } = part;
    const client = new pg.Client({ host, port, user: username, password, database });
    await client.connect();
    const { rows } = await client.query("select current_database(), current_user");
    await client.end();

    expect(rows).toEqual([{ current_database: database, current_user: "test" }]);
    expect(part.connectionString).toBe(part.url);
    expect(part.url).toBe(`postgres://test:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`);
    expect(() => part.networkUrl).toThrow(
      "db is on no network that other containers share. Set `network: true` in its options, or let a service of the " +
        "configuration depend on it.",
    );
  });

  test("has the settings, the owner and the privileges that the migrations gave the database", async ({
    workspace,
  }) => {
    await workspace.write({
      "1.sql": `
        create role app login password 'app';
        create schema "Odd ""one";
        alter database test set search_path = "Odd ""one", public;
        alter database test set "app.tenant" = 'a, b''c';
        alter role app in database test set work_mem = '5MB';
        alter database test owner to app;
        revoke connect on database test from public;
        alter database test connection limit 7`,
    });
    const { services } = await workspace.start({
      db: postgres(images.postgres, { migrations: ["*.sql"], superuser: true }), // Only it may give a database away.
    });

    await using part = await services.db.isolate();
    const asApp = new URL(part.url);
    [asApp.username, asApp.password] = ["app", "app"];
    const seen = await Promise.all(
      [services.db.url, part.url].map(async (url) => {
        const { rows } = await (
          await connectTo(url)
        ).query(`select current_setting('search_path') as path, current_setting('app.tenant') as tenant,
          datdba::regrole::text as owner, datacl::text, datconnlimit from pg_database where datname = current_database()`);
        return rows[0] as object;
      }),
    );
    const { rows } = await (await connectTo(asApp.href)).query("show work_mem");

    expect(seen[0]).toEqual({
      path: '"Odd ""one", public',
      tenant: "a, b'c",
      owner: "app",
      datacl: "{=T/app,app=CTc/app}",
      datconnlimit: 7,
    });
    expect(seen[1]).toEqual(seen[0]);
    expect(rows).toEqual([{ work_mem: "5MB" }]);
  });

  test.for(["killed", "cleaned up", "shut down"] as const)(
    "is disposed without a word when its server was %s meanwhile",
    async (how, { workspace }) => {
      const environment = await workspace.start({ db: postgres(images.postgres) });
      const part = await environment.services.db.isolate();

      if (how === "killed") await engine.interfere(environment.services.db.id, "kill");
      else if (how === "cleaned up") await environment.cleanup();
      else await environment.services.db.exec(["sh", "-c", 'kill -INT "$(head -1 $PGDATA/postmaster.pid)"']);

      await part[Symbol.asyncDispose]();
    },
  );

  test("is dropped although the server broke our connection just before", async ({ workspace }) => {
    const { services } = await workspace.start({ db: postgres(images.postgres) });
    const part = await services.db.isolate();
    const breaking = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'cleanroom'";
    await Promise.all([askSuperuser(services.db, breaking), part[Symbol.asyncDispose]()]);

    await expect.poll(() => databases(services.db)).not.toContain(part.database);
  });

  test("that cannot be dropped keeps no other from being made or dropped", async ({ workspace }) => {
    const { services } = await workspace.start({ db: postgres(images.postgres) });
    const part = await services.db.isolate();
    await (await connectTo(services.db.url)).query(`alter database ${part.database} with is_template true`);
    await part[Symbol.asyncDispose]();

    const other = await services.db.isolate();
    await other[Symbol.asyncDispose]();

    await expect.poll(() => databases(services.db)).not.toContain(other.database);
    expect(await databases(services.db)).toContain(part.database);
  });

  test("can be had in a process that only attached to the server", async ({ workspace }) => {
    await workspace.write(schema);
    const definition = postgres(images.postgres, { migrations: ["sql/*.sql"] });
    const environment = await workspace.start({ db: definition });
    const sent = JSON.parse(JSON.stringify(environment.connections)) as CleanroomEnvironment["connections"];

    await using attached = await attachService(definition, sent["db"]!);
    const [mine, other] = [await attached.isolate(), await environment.services.db.isolate()];
    const clients = [await connectTo(mine.url), await connectTo(other.url)];
    const ids = await Promise.all(
      clients.map(async (client) => (await client.query<{ id: number }>(insert)).rows[0]?.id),
    );

    expect(ids).toEqual([42, 42]);
    expect(mine.database).toMatch(/^test_attached_[0-9a-f]{12}$/); // No successor of a coordinator takes it for a stray.
    expect(mine.database).not.toBe(other.database);
    await mine[Symbol.asyncDispose]();
    expect(await databases(environment.services.db)).toContain(other.database);
    expect(await databases(environment.services.db)).not.toContain(mine.database);
  });

  test("can be had again after the server broke our connection", async ({ db }) => {
    await using first = await db.isolate();
    const ours = "from pg_stat_activity where application_name = 'cleanroom'";
    expect(await askSuperuser(db, `select bool_and(pg_terminate_backend(pid)) ${ours}`)).toBe("t");
    await vi.waitUntil(async () => (await askSuperuser(db, `select count(*) ${ours}`)) === "0");

    await using second = await db.isolate();
    expect(second.database).not.toBe(first.database);
  });
});

describe("names and passwords", () => {
  const hostile = [
    `x; touch /tmp/cleanroom-pwned; true`,
    `'; drop database postgres; --`,
    `"quoted" and 'quoted' with spaces `,
    `100% @home/dir:5432&a=b+c\\d`,
    `$(touch /tmp/cleanroom-pwned) \`touch /tmp/cleanroom-pwned\``,
    `dätåbäse-数据库-🐘`,
    `-h evil`,
  ];
  const forbiddenForUsers = /["$'\\]|--/g;
  // Each string is once the database, once the user and once the password.
  const trios = hostile.map((database, index) => ({
    database,
    username: hostile[(index + 1) % hostile.length]!.replaceAll(forbiddenForUsers, ""),
    password: hostile[(index + 2) % hostile.length]!,
  }));

  test.for(trios)("are taken literally: $database", async ({ database, username, password }, { workspace }) => {
    const { services } = await workspace.start({ db: postgres(images.postgres, { database, username, password }) });

    const client = await connectTo(services.db.url);
    const { rows } = await client.query("select current_database(), current_user");
    await using part = await services.db.isolate();
    const partClient = await connectTo(part.url);
    await partClient.query("create table t ()");
    const url = new URL(services.db.url);

    expect(rows).toEqual([{ current_database: database, current_user: username }]);
    expect([url.pathname.slice(1), url.username, url.password].map(decodeURIComponent)).toEqual([
      database,
      username,
      password,
    ]);
    expect(await databases(services.db)).toContain("postgres");
    expect((await services.db.exec(["ls", "/tmp"])).stdout).not.toContain("pwned");
  });

  test("that PostgreSQL does not allow its first user are refused before anything starts", async ({ workspace }) => {
    for (const username of [`"`, "$", "'", "\\", "a--b", "/*", "*/", "a\nb"]) {
      await expect(workspace.start({ db: postgres(images.postgres, { username }) })).rejects.toThrow(
        `username: must not contain ", $, ', \\, --, /*, */ or a line break`,
      );
    }
    await expect(workspace.start({ db: postgres(images.postgres, { username: "pg_me" }) })).rejects.toThrow(
      "username: must not start with pg_, which PostgreSQL keeps for itself",
    );
    await expect(workspace.start({ db: postgres(images.postgres, { password: "a\nb" }) })).rejects.toThrow(
      "password: must be one line",
    );
  });

  test("of a database may hold what ends a path; parameters other than the address take it", async ({ workspace }) => {
    const database = "what?#ever";
    const { services } = await workspace.start({ db: postgres(images.postgres, { database }) });
    const { host, username, password } = services.db;
    const client = new pg.Client({ host, port: services.db.port(), user: username, password, database });
    await client.connect();
    await client.end();

    expect(decodeURIComponent(new URL(services.db.url).pathname)).toBe(`/${database}`);
  });

  test("are wrong for somebody else: the password is asked for", async ({ db }) => {
    const wrong = new URL(db.url);
    wrong.password = "wrong";

    await expect(connectTo(wrong.href)).rejects.toThrow('password authentication failed for user "test"');
  });
});

describe("the password", () => {
  test("is random: two servers have two", async ({ db, workspace }) => {
    const { services } = await workspace.start({ db: postgres(images.postgres) });

    expect(services.db.password).not.toBe(db.password);
    expect(services.db.password.length).toBeGreaterThanOrEqual(24);
  });

  test("is in a file of the container and nowhere that others can look", async ({ workspace }) => {
    const canary = "canary-4711-canary";
    const environment = await workspace.start({ db: postgres(images.postgres, { password: canary }) });
    const { id } = environment.services.db;
    const file = await environment.services.db.exec(["cat", "/etc/cleanroom/postgres-password"]);
    const superuserPassword = environment.connections["db"]?.details["superuserPassword"] ?? "";

    const seen = {
      inspect: JSON.stringify(await engine.inspectExisting(id)),
      commandLines: await engine.commandLines(id),
      logs: await engine.logs(id),
      events: JSON.stringify(await engine.eventsOf(id)),
    };

    expect(file.stdout).toBe(superuserPassword); // The control: it is there to be found.
    expect(superuserPassword.length).toBeGreaterThanOrEqual(24);
    expect(seen.commandLines).toContain("postgres");
    expect(seen.events).toContain(id);
    for (const secret of [canary, superuserPassword]) {
      expect(Object.entries(seen).filter(([, text]) => text.includes(secret))).toEqual([]);
    }
    expect(environment.connections["db"]?.key).not.toContain(canary);
  });

  test("changes the key when it is chosen, without being in it; the database's name changes it too", async ({
    workspace,
  }) => {
    const { connections } = await workspace.start({
      one: postgres(images.postgres, { password: "one" }),
      other: postgres(images.postgres, { password: "other" }),
      named: postgres(images.postgres, { database: "named" }),
    });
    const keys = Object.values(connections).map(({ key }) => key);

    expect(new Set(keys).size).toBe(3);
  });
});

describe("durability", () => {
  test("is off by default: data is in memory and nothing is flushed", async ({ db }) => {
    expect(await settings(db)).toEqual({ fsync: "off", synchronous_commit: "off", full_page_writes: "off" });
    const { HostConfig } = await engine.inspectExisting(db.id);
    const directory = await dataDirectory(db);
    expect(Object.keys(HostConfig.Tmpfs as object).some((mount) => directory.startsWith(`${mount}/`))).toBe(true);
    expect(await fileSystemOf(db, directory)).toBe("tmpfs");
  });

  test("is on when asked for: data is on disk and is flushed", async ({ workspace }) => {
    const { services } = await workspace.start({ db: postgres(images.postgres, { durable: true }) });

    expect(await settings(services.db)).toEqual({ fsync: "on", synchronous_commit: "on", full_page_writes: "on" });
    expect(await fileSystemOf(services.db, await dataDirectory(services.db))).not.toBe("tmpfs");
    await using part = await services.db.isolate();
    expect(await databases(services.db)).toContain(part.database);
  });

  test("decides how databases are copied: as files, unless it is on and the file system clones none", async ({
    workspace,
    db,
  }) => {
    const version = Number(await askSuperuser(db, "show server_version_num"));
    const copiesFiles = async (options: PostgresOptions): Promise<boolean> => {
      const settings = { ...options.settings, log_statement: "all" };
      const { services } = await workspace.start({ db: postgres(images.postgres, { ...options, settings }) });
      await using _part = await services.db.isolate();
      const log = await services.db.logs();
      expect(log).toContain("CREATE DATABASE");
      return log.includes("STRATEGY FILE_COPY");
    };

    expect(await copiesFiles({})).toBe(version >= 150_000);
    expect(await copiesFiles({ durable: true })).toBe(false);
    if (version < 180_000) return; // Earlier ones do not know the setting.
    expect(await copiesFiles({ durable: true, settings: { file_copy_method: "clone" } })).toBe(true);
  });

  test("and every other setting can be chosen", async ({ workspace }) => {
    const options: PostgresOptions = { settings: { fsync: "on", max_connections: "42", "app.tenant": "a b'c" } };
    const { services } = await workspace.start({ db: postgres(images.postgres, options) });
    const client = await connectTo(services.db.url);

    expect(await settings(services.db)).toMatchObject({ fsync: "on", synchronous_commit: "off" });
    const { rows } = await client.query("select current_setting('max_connections') m, current_setting('app.tenant') t");
    expect(rows).toEqual([{ m: "42", t: "a b'c" }]);
  });
});

async function settings(db: PostgresContainer): Promise<object> {
  const client = await connectTo(db.url);
  const names = ["fsync", "synchronous_commit", "full_page_writes"];
  const list = names.map((name) => `current_setting('${name}') as ${name}`).join(", ");
  return (await client.query<Record<string, string>>(`select ${list}`)).rows[0] ?? {};
}

async function dataDirectory(db: PostgresContainer): Promise<string> {
  return askSuperuser(db, "show data_directory");
}

async function fileSystemOf(db: PostgresContainer, path: string): Promise<string> {
  return (await db.exec(["stat", "--file-system", "--format=%T", path])).stdout.trim();
}

test("the image's own variables still work", async ({ workspace }) => {
  const definition: ServiceDefinition<PostgresContainer, PostgresDatabase> = postgres(images.postgres, {
    env: { POSTGRES_INITDB_ARGS: "--no-sync --data-checksums", TZ: "UTC" },
  });
  const { services } = await workspace.start({ db: definition });

  const { rows } = await (await connectTo(services.db.url)).query("show data_checksums");
  expect(rows).toEqual([{ data_checksums: "on" }]);
});
