import pg from "pg";
import { describe, expect } from "vitest";
import type { PostgresContainer } from "../../src/index.ts";
import { postgres } from "../../src/index.ts";
import * as engine from "../support/engine.ts";
import { failureOf, images, test as base, Workspace } from "../support/workspace.ts";

/** One server where `username` is an ordinary role, and one where it is the superuser; each is shared by this file. */
const test = base.extend("servers", { scope: "file" }, async ({}, { onCleanup }) => {
  const workspace = await Workspace.create();
  onCleanup(() => workspace[Symbol.asyncDispose]());
  await workspace.write({ "schema.sql": "create table users (id int)" });
  const options = { database: "shop", username: "keeper", migrations: ["schema.sql"] };
  const { services } = await workspace.start({
    ordinary: postgres(images.postgres, options),
    superuser: postgres(images.postgres, { ...options, superuser: true }),
  });
  return services;
});

/** A connection for as long as `work` takes. */
async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url);
  client.on("error", () => undefined); // One test ends its own connections.
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function ask(url: string, sql: string): Promise<readonly object[]> {
  return connected(url, async (client) => (await client.query<object>(sql)).rows);
}

/** The code that the server refuses a statement with; `undefined` when it runs them all. */
function refusalOf(url: string, ...statements: readonly string[]): Promise<string | undefined> {
  return connected(url, async (client) => {
    try {
      for (const statement of statements) await client.query(statement);
      return undefined;
    } catch (error) {
      return (error as pg.DatabaseError).code;
    }
  });
}

function inDatabase({ url }: { readonly url: string }, database: string): string {
  const other = new URL(url);
  other.pathname = database;
  return other.href;
}

const INSUFFICIENT_PRIVILEGE = "42501";
const NOT_ACCEPTING_CONNECTIONS = "55000";

const attributes = `
  select rolname, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, rolcanlogin
  from pg_roles where rolname = current_user`;

describe("the user that tests connect as", () => {
  test("is an ordinary role, who owns the database and every clone", async ({ servers }) => {
    await using part = await servers.ordinary.isolate();
    await using other = await servers.superuser.isolate();
    const owner = "select pg_get_userbyid(datdba) as owner from pg_database where datname = current_database()";

    const ordinary = { rolname: "keeper", rolsuper: false, rolcreaterole: false, rolcreatedb: false };
    expect(await ask(part.url, attributes)).toEqual([
      { ...ordinary, rolreplication: false, rolbypassrls: false, rolcanlogin: true },
    ]);
    expect(await ask(other.url, attributes)).toMatchObject([{ rolname: "keeper", rolsuper: true }]);
    for (const url of [servers.ordinary.url, part.url, servers.superuser.url, other.url]) {
      expect(await ask(url, owner)).toEqual([{ owner: "keeper" }]);
    }
  });

  test("may do all that its application does in its database", async ({ servers }) => {
    await using part = await servers.ordinary.isolate();
    const trusted = await ask(part.url, "select 1 where current_setting('server_version_num')::int >= 130000");
    const hasTrustedExtensions = trusted.length > 0;

    const statements = [
      "alter table users add column name text",
      "create table orders (id int)",
      "create schema app",
      "alter database " + part.database + " set search_path = app, public",
      ...(hasTrustedExtensions ? ['create extension "pgcrypto"'] : []),
      "create publication everything",
      "drop schema public cascade",
      "create schema public",
    ];
    expect(await refusalOf(part.url, ...statements)).toBeUndefined();
  });

  test.for([
    ["change the server's settings", "alter system set work_mem = '5MB'"],
    ["run programs", "copy users from program 'true'"],
    ["read the server's files", "select pg_read_file('PG_VERSION')"],
    ["make roles", "create role somebody"],
    ["make databases", "create database another"],
    ["make extensions that reach beyond the database", "create extension pageinspect"],
    ["take a superuser's place", "grant pg_execute_server_program to keeper"],
  ] as const)("may not %s", async ([, statement], { servers }) => {
    await using part = await servers.ordinary.isolate();
    await using other = await servers.superuser.isolate();

    expect(await refusalOf(part.url, statement)).toBe(INSUFFICIENT_PRIVILEGE);
    expect(await refusalOf(other.url, statement)).toBeUndefined();
  });

  test("cannot end Cleanroom's own connection, or change its role", async ({ servers }) => {
    await using part = await servers.ordinary.isolate();
    const statements = (role: string): readonly string[] => [
      `alter role ${role} password 'taken'`,
      `set role ${role}`,
      `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${role}' and pid <> pg_backend_pid()`,
    ];

    for (const statement of statements("cleanroom")) {
      expect(await refusalOf(part.url, statement)).toBe(INSUFFICIENT_PRIVILEGE);
    }
    // The control: its own role it may change, and its own connections it may end.
    for (const statement of statements("keeper").slice(1)) expect(await refusalOf(part.url, statement)).toBeUndefined();
  });
});

/** Ways to spoil what every other test gets. */
const spoiling = [
  "alter database cleanroom_template allow_connections true",
  "alter database cleanroom_template set search_path = nowhere",
  "alter database cleanroom_template rename to mine",
  "alter database cleanroom_template is_template false",
  "drop database cleanroom_template",
];

describe("the template", () => {
  test("cannot be connected to, altered, copied or dropped by tests, and they go on as before", async ({ servers }) => {
    const { ordinary } = servers;

    expect(await connectionRefusal(ordinary)).toBe(NOT_ACCEPTING_CONNECTIONS);
    const copying = "create database copy template cleanroom_template";
    for (const statement of [...spoiling, copying]) {
      expect(await refusalOf(ordinary.url, statement)).toBe(INSUFFICIENT_PRIVILEGE);
    }

    await using part = await ordinary.isolate();
    expect(await ask(part.url, "select tablename from pg_tables where schemaname = 'public'")).toEqual([
      { tablename: "users" },
    ]);
  });

  test("is out of reach though a test puts a function in the place of PostgreSQL's own", async ({ workspace }) => {
    const { services, connections } = await workspace.start({ db: postgres(images.postgres) });
    const { db } = services;
    const maintenance = inDatabase(db, "postgres");
    // As everybody may on servers before 15.
    const { superuser = "", superuserPassword = "" } = connections["db"]?.details ?? {};
    const asSuperuser = Object.assign(new URL(maintenance), { username: superuser, password: superuserPassword });
    await ask(asSuperuser.href, "grant create on schema public to public");
    const body = "begin execute 'alter role test superuser'; return true; end";
    for (const type of ["name", "text"]) {
      await ask(
        maintenance,
        `create function public.starts_with(${type}, text) returns boolean language plpgsql as $$${body}$$`,
      );
    }
    const part = await db.isolate();
    await part.snapshot();
    await part.restore();
    await part[Symbol.asyncDispose]();
    const remaining = `select 1 from pg_database where datname = '${part.database}'`;
    await expect.poll(() => ask(db.url, remaining)).toEqual([]);

    const isSuperuser = "select rolsuper from pg_roles where rolname = 'test'";
    expect(await ask(db.url, isSuperuser)).toEqual([{ rolsuper: false }]);
    // The control: a superuser who does call it.
    await ask(asSuperuser.href, "select starts_with(datname, 'a') from pg_database limit 1");
    expect(await ask(db.url, isSuperuser)).toEqual([{ rolsuper: true }]);
  });

  test("is at the mercy of tests where their user is the superuser", async ({ workspace }) => {
    const { services } = await workspace.start({ db: postgres(images.postgres, { superuser: true }) });
    const { db } = services;
    expect(await connectionRefusal(db)).toBe(NOT_ACCEPTING_CONNECTIONS);

    const [first, ...rest] = spoiling.filter((statement) => !statement.includes("rename"));
    expect(await refusalOf(db.url, first!)).toBeUndefined();
    expect(await refusalOf(inDatabase(db, "cleanroom_template"), "create table spoilt ()")).toBeUndefined();
    {
      await using part = await db.isolate();
      expect(await refusalOf(part.url, "table spoilt")).toBeUndefined();
    }
    expect(await refusalOf(db.url, ...rest)).toBeUndefined();
    // More than were made while there was a template.
    const isolating = Promise.all(Array.from({ length: 20 }, () => db.isolate()));
    await expect(isolating).rejects.toMatchObject({ code: "CLEANROOM_ISOLATION_FAILED" });
  });
});

async function connectionRefusal(db: PostgresContainer): Promise<string | undefined> {
  const error = await failureOf(new pg.Client(inDatabase(db, "cleanroom_template")).connect());
  return (error as pg.DatabaseError).code;
}

describe("migrations", () => {
  test("run as that user, who may make roles there", async ({ workspace }) => {
    await workspace.write({
      "1.sql": `create role app login password 'app'; grant app to current_user;
        create table users (id int); grant select on users to app; alter database test set work_mem = '5MB';
        revoke connect on database test from public; grant connect on database test to app`,
    });
    const { services } = await workspace.start({ db: postgres(images.postgres, { migrations: ["1.sql"] }) });
    await using part = await services.db.isolate();

    const asApp = new URL(part.url);
    [asApp.username, asApp.password] = ["app", "app"];
    expect(
      await ask(asApp.href, "select current_setting('work_mem') from users right join (values (1)) one on true"),
    ).toEqual([{ current_setting: "5MB" }]);
    expect(await refusalOf(asApp.href, "delete from users")).toBe(INSUFFICIENT_PRIVILEGE);
    expect(await ask(part.url, "select tableowner from pg_tables where tablename = 'users'")).toEqual([
      { tableowner: "test" },
    ]);
    expect(await refusalOf(part.url, "set role app", "table users")).toBeUndefined();
    expect(await ask(part.url, "select datacl::text from pg_database where datname = current_database()")).toEqual([
      { datacl: "{=T/test,test=CTc/test,app=c/test}" },
    ]);
  });

  test("that lack rights are told what would give them", async ({ workspace }) => {
    await workspace.write({ "1.sql": "\ncreate extension pageinspect" });

    const error = await failureOf(workspace.start({ db: postgres(images.postgres, { migrations: ["1.sql"] }) }));
    await workspace.start({ db: postgres(images.postgres, { migrations: ["1.sql"], superuser: true }) });

    expect((error as Error).message).toBe(
      'A migration of db failed at 1.sql: permission denied to create extension "pageinspect"\n' +
        "Hint: Must be superuser to create this extension. Migrations run as test, who is no superuser: name extensions " +
        "in `extensions`, or set `superuser: true`.",
    );
  });

  test("that lack rights although they run as the superuser are told nothing of the kind", async ({ workspace }) => {
    await workspace.write({ "1.sql": "create role app; create schema s; set role app; create table s.t ()" });
    const options = { migrations: ["1.sql"], superuser: true };

    const error = await failureOf(workspace.start({ db: postgres(images.postgres, options) }));

    expect((error as Error).message).toBe("A migration of db failed at 1.sql:1: permission denied for schema s");
  });
});

describe("extensions", () => {
  test("are there when the migrations run, and in every clone, those that they need as well", async ({ workspace }) => {
    await workspace.write({ "1.sql": "create extension if not exists pageinspect; create table t (spot earth)" });
    const extensions = ["pageinspect", "earthdistance"];
    const { services } = await workspace.start({
      db: postgres(images.postgres, { extensions, migrations: ["1.sql"] }),
    });
    await using part = await services.db.isolate();

    expect(await ask(part.url, "select extname from pg_extension order by 1")).toEqual(
      ["cube", "earthdistance", "pageinspect", "plpgsql"].map((extname) => ({ extname })),
    );
  });

  test("that the server does not have are named, with what may have been meant", async ({ workspace }) => {
    const extensions = ["pgcrypto", "pgcypto", `"; drop table users; --`];

    const error = await failureOf(workspace.start({ db: postgres(images.postgres, { extensions }) }));

    expect(error).toMatchObject({ code: "CLEANROOM_CONFIGURATION" });
    expect((error as Error).message).toBe(
      "db is not valid:\n" +
        '  extensions.1: the server has no extension "pgcypto"; did you mean "pgcrypto"?\n' +
        '  extensions.2: the server has no extension "\\"; drop table users; --"; use an image that has it',
    );
    expect(await workspace.left()).toEqual([]);
  });

  test("that the server refuses are told as such", async ({ workspace }) => {
    const files = [
      { target: "/usr/share/postgresql/15/extension/broken.control", content: "default_version = '1'\n" },
      { target: "/usr/share/postgresql/15/extension/broken--1.sql", content: "select 1 / 0;\n" },
    ];

    const error = await failureOf(
      workspace.start({ db: postgres(images.postgres, { extensions: ["broken"], files }) }),
    );

    expect(error).toMatchObject({ code: "CLEANROOM_MIGRATION", details: { extension: "broken" } });
    expect((error as Error).message).toBe("The extension broken of db could not be created: division by zero");
  });
});

describe("the roles' passwords", () => {
  test("are not in the log, even of a server that logs every statement", async ({ workspace }) => {
    await workspace.write({ "1.sql": "select 'the control'" });
    const settings = { log_statement: "all", log_min_duration_statement: "0", log_connections: "on" };
    const password = "canary-4711-canary";
    const environment = await workspace.start({
      db: postgres(images.postgres, { settings, password, migrations: ["1.sql"] }),
    });
    await using _part = await environment.services.db.isolate();

    const log = await engine.logs(environment.services.db.id);
    expect(log).toContain("the control");
    expect(log).not.toContain(password);
    expect(log).not.toContain(environment.connections["db"]?.details["superuserPassword"]);
  });

  test("are two, and only one of them opens each", async ({ workspace }) => {
    const environment = await workspace.start({ db: postgres(images.postgres) });
    const {
      username = "",
      password = "",
      superuser = "",
      superuserPassword = "",
    } = environment.connections["db"]?.details ?? {};
    const url = (name: string, word: string): string => {
      const address = new URL(environment.services.db.url);
      [address.username, address.password] = [name, word];
      return address.href;
    };

    expect(await ask(url(username, password), attributes)).toMatchObject([{ rolname: "test", rolsuper: false }]);
    expect(await ask(url(superuser, superuserPassword), attributes)).toMatchObject([
      { rolname: "cleanroom", rolsuper: true },
    ]);
    for (const wrong of [url(superuser, password), url(username, superuserPassword)]) {
      expect(await failureOf(new pg.Client(wrong).connect())).toMatchObject({ code: "28P01" });
    }
  });
});

test("a role that a script of the image has made is taken over", async ({ workspace }) => {
  const script = { target: "/docker-entrypoint-initdb.d/1.sql", content: "create role app; create role other;" };
  const { services } = await workspace.start({ db: postgres(images.postgres, { username: "app", files: [script] }) });

  await using part = await services.db.isolate();
  expect(await ask(part.url, attributes)).toMatchObject([{ rolname: "app", rolsuper: false, rolcanlogin: true }]);
  expect(await ask(part.url, "select from pg_roles where rolname = 'other'")).toHaveLength(1);
});
