import pg from "pg";
import { describe, expect, onTestFinished } from "vitest";
import type { PostgresContainer, PostgresDatabase, PostgresOptions } from "../../src/index.ts";
import { attachService, postgres } from "../../src/index.ts";
import { randomFor } from "../crash/support/random.ts";
import { failureOf, images, test as base, Workspace } from "../support/workspace.ts";

const schema = `
  CREATE TABLE country (code text PRIMARY KEY, name text, shout text GENERATED ALWAYS AS (upper(name)) STORED);
  INSERT INTO country VALUES ('DE', 'Germany'), ('FR', E'Fran''ce, "\\\\{}"'), ('XX', NULL);
  CREATE TABLE person (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, country text REFERENCES country, spouse integer);
  CREATE TABLE company (id serial PRIMARY KEY, boss integer NOT NULL REFERENCES person ON DELETE CASCADE);
  ALTER TABLE person ADD employer integer REFERENCES company DEFERRABLE, ADD FOREIGN KEY (spouse) REFERENCES person;
  CREATE TABLE audit (line text);
  CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO audit VALUES (TG_OP || coalesce(NEW.id, OLD.id)); RETURN NULL; END $$;
  CREATE TRIGGER noted AFTER INSERT OR UPDATE OR DELETE ON person FOR EACH ROW EXECUTE FUNCTION note();
  CREATE TABLE watched (id integer);
  CREATE TRIGGER noted AFTER INSERT OR DELETE ON watched FOR EACH ROW EXECUTE FUNCTION note();
  ALTER TABLE watched ENABLE ALWAYS TRIGGER noted;
  CREATE TABLE event (at integer, what text) PARTITION BY RANGE (at);
  CREATE TABLE event_old PARTITION OF event FOR VALUES FROM (0) TO (10);
  CREATE TABLE event_new PARTITION OF event FOR VALUES FROM (10) TO (20);
  INSERT INTO event VALUES (1, 'first');
  CREATE TABLE thing (id integer);
  CREATE TABLE special_thing (extra text) INHERITS (thing);
  CREATE UNLOGGED TABLE scratch (id integer);
  CREATE TABLE nothing ();
  INSERT INTO nothing DEFAULT VALUES;
  CREATE TABLE "Odd ""one." ("a b" integer, xmin_ text);
  CREATE SCHEMA app;
  CREATE TABLE app.setting (name text PRIMARY KEY, value text);
  CREATE VIEW everybody AS SELECT * FROM person;
  CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM person;
  CREATE SEQUENCE ticket START 100 INCREMENT 5;
  CREATE SEQUENCE used;
  SELECT setval('used', 41);
  SELECT setval('person_id_seq', 1000);
  CREATE ROLE other;
  GRANT other TO CURRENT_USER;
  GRANT CREATE ON SCHEMA public TO other;
  CREATE TABLE of_other ();
  ALTER TABLE of_other OWNER TO other;
`;

/** What a reset undoes, statement by statement. */
const undone: Readonly<Record<string, readonly string[]>> = {
  "rows in a cycle of foreign keys": [
    "BEGIN",
    "SET CONSTRAINTS ALL DEFERRED",
    "INSERT INTO person (country, employer) VALUES ('DE', 1), ('FR', 1)",
    "INSERT INTO company (boss) VALUES (1001)",
    "UPDATE person SET spouse = 1002 WHERE id = 1001",
    "UPDATE person SET spouse = 1001 WHERE id = 1002",
    "COMMIT",
  ],
  "rows that came by a trigger, a view and a cascade": [
    "INSERT INTO everybody (country) VALUES ('DE')",
    "INSERT INTO company (boss) VALUES (1001)",
    "DELETE FROM person",
  ],
  "changes of rows that the migrations made": ["UPDATE country SET name = 'x' WHERE code = 'XX'", "DELETE FROM event"],
  "rows added to those": ["INSERT INTO country VALUES ('IT', 'Italy')", "INSERT INTO nothing DEFAULT VALUES"],
  "TRUNCATE of everything": ["TRUNCATE country, event RESTART IDENTITY CASCADE"],
  "rows that moved to another partition": ["UPDATE event SET at = 15", "INSERT INTO event_old VALUES (3, 'x')"],
  "rows of inheritors": ["INSERT INTO special_thing VALUES (1, 'x')", "UPDATE thing SET id = 2"],
  "rows of odd tables": [
    `INSERT INTO "Odd ""one." VALUES (1, 'x')`,
    "INSERT INTO scratch VALUES (1)",
    "INSERT INTO app.setting VALUES ('a', 'b')",
  ],
  "sequences that moved": ["SELECT nextval('ticket'), nextval('used')", "SELECT setval('person_id_seq', 7, false)"],
  "a sequence set before it was used": ["SELECT setval('ticket', 500, false)"],
  "what was rolled back": ["BEGIN", "INSERT INTO audit VALUES ('x')", "DELETE FROM country", "ROLLBACK"],
  "half of what was done": [
    "BEGIN",
    "INSERT INTO audit VALUES ('x')",
    "SAVEPOINT a",
    "DELETE FROM event",
    "ROLLBACK TO a",
    "COMMIT",
  ],
  "temporary tables, and tables that there are": [
    "CREATE TEMPORARY TABLE mine AS SELECT * FROM country",
    "CREATE TABLE IF NOT EXISTS audit (line text)",
    "CREATE SCHEMA IF NOT EXISTS app",
    "INSERT INTO audit SELECT name FROM mine",
    "DROP TABLE mine",
  ],
};

/** What a reset does not undo. */
const notUndone: Readonly<Record<string, readonly string[]>> = {
  "CREATE TABLE": ["CREATE TABLE mine ()"],
  "CREATE TABLE AS": ["CREATE TABLE mine AS SELECT 1 AS one"],
  "SELECT INTO": ["SELECT 1 AS one INTO mine"],
  "DROP TABLE": ["DROP TABLE scratch"],
  "ALTER TABLE": ["ALTER TABLE person DISABLE TRIGGER USER"],
  "CREATE FUNCTION": ["CREATE OR REPLACE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"],
  "CREATE SCHEMA": ["CREATE SCHEMA mine"],
  "CREATE EXTENSION": ["CREATE EXTENSION citext"],
  "REFRESH MATERIALIZED VIEW": ["INSERT INTO person DEFAULT VALUES", "REFRESH MATERIALIZED VIEW counted"],
  GRANT: ["GRANT SELECT ON audit TO PUBLIC"],
  COMMENT: ["COMMENT ON TABLE audit IS 'mine'"],
  "COMMENT ON DATABASE": ["COMMENT ON DATABASE THIS IS 'mine'"],
  "ALTER DATABASE … SET": ["ALTER DATABASE THIS SET work_mem = '5MB'"],
  "ALTER ROLE … IN DATABASE … SET": ["ALTER ROLE test IN DATABASE THIS SET work_mem = '5MB'"],
  "ALTER DATABASE … CONNECTION LIMIT": ["ALTER DATABASE THIS CONNECTION LIMIT 5"],
  "GRANT ON DATABASE": ["REVOKE CONNECT ON DATABASE THIS FROM PUBLIC"],
  "REASSIGN OWNED": ["REASSIGN OWNED BY other TO test"],
  "DROP OWNED": ["DROP OWNED BY other"],
  CLUSTER: ["CLUSTER country USING country_pkey"],
  "rows of a table with a trigger that is always on": ["INSERT INTO watched VALUES (1)"],
  "a large object": ["SELECT lo_from_bytea(0, 'mine')"],
};

/** A server that the tests of this file share. */
const test = base.extend("db", { scope: "file" }, async ({}, { onCleanup }) => {
  const workspace = await Workspace.create();
  onCleanup(() => workspace[Symbol.asyncDispose]());
  return start(workspace);
});

async function start(
  workspace: Workspace,
  options: PostgresOptions & { readonly sql?: string } = {},
): Promise<PostgresContainer> {
  const { sql = schema, ...rest } = options;
  await workspace.write({ "1.sql": sql });
  const { services } = await workspace.start({
    db: postgres(images.postgres, { migrations: ["1.sql"], isolation: { mode: "reset" }, ...rest }),
  });
  return services.db;
}

async function connectTo(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  client.on("error", () => undefined); // Resetting its database ends it.
  await client.connect();
  onTestFinished(() => client.end().catch(() => undefined));
  return client;
}

/** Does something as a test would, and leaves. */
async function write({ url }: PostgresDatabase, ...statements: readonly string[]): Promise<void> {
  const client = await connectTo(url);
  for (const statement of statements) await client.query(statement);
  await client.end();
}

/** The identity of a database, which its name is not. */
async function oidOf(database: PostgresDatabase): Promise<string> {
  const rows = await rowsOf(database.url, "SELECT oid::text FROM pg_database WHERE datname = current_database()");
  return (rows[0] as { oid: string }).oid;
}

async function rowsOf(url: string, sql: string): Promise<readonly object[]> {
  const client = await connectTo(url);
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Everything that a test can see in a database. */
async function contentOf({ url }: PostgresDatabase): Promise<Readonly<Record<string, unknown>>> {
  const client = await connectTo(url);
  try {
    const relations = await client.query<{ name: string; kind: string }>(`
      SELECT format('%I.%I', nspname, relname) AS name, relkind AS kind
      FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
      WHERE relkind IN ('r', 'p', 'm', 'v', 'S', 'f') AND nspname !~ '^(pg_|information_schema|cleanroom)' ORDER BY 1`);
    const content: Record<string, unknown> = {};
    for (const { name, kind } of relations.rows) {
      const sql =
        kind === "S"
          ? `SELECT last_value, is_called FROM ${name}`
          : `SELECT x::text FROM ${kind === "r" ? "ONLY " : ""}${name} x`;
      const { rows } = await client.query<Record<string, string>>(sql);
      content[name] =
        kind === "r" && !name.startsWith("app.") ? rows : rows.map((row) => JSON.stringify(row)).toSorted();
    }
    for (const [name, sql] of Object.entries(definitions)) content[name] = (await client.query(sql)).rows;
    return content;
  } finally {
    await client.end();
  }
}

const ofUsers = "nspname !~ '^(pg_|information_schema|cleanroom)'";
const definitions = {
  columns: `SELECT attrelid::regclass::text, attname, format_type(atttypid, atttypmod), attnotnull, attacl::text,
    pg_get_expr(adbin, adrelid) FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    JOIN pg_namespace ON pg_namespace.oid = relnamespace LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE ${ofUsers} ORDER BY 1, 2`,
  constraints:
    "SELECT conname, pg_get_constraintdef(oid), condeferrable FROM pg_constraint WHERE oid >= 16384 ORDER BY 1, 2",
  indexes:
    "SELECT pg_get_indexdef(indexrelid), indisvalid, indisclustered FROM pg_index WHERE indexrelid >= 16384 ORDER BY 1",
  triggers: "SELECT pg_get_triggerdef(oid), tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1",
  functions: `SELECT pg_get_functiondef(pg_proc.oid), proacl::text FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
    WHERE ${ofUsers} ORDER BY 1`,
  relations: `SELECT relname, relowner::regrole::text, relacl::text, relrowsecurity, reloptions FROM pg_class
    JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE ${ofUsers} ORDER BY 1`,
  types: `SELECT typname, typowner::regrole::text FROM pg_type JOIN pg_namespace ON pg_namespace.oid = typnamespace WHERE ${ofUsers} ORDER BY 1`,
  schemas:
    "SELECT nspname, nspacl::text, nspowner::regrole::text FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp_' ORDER BY 1",
  largeObjects: "SELECT oid, lomacl::text FROM pg_largeobject_metadata ORDER BY 1",
  comments: "SELECT description FROM pg_description WHERE objoid >= 16384 ORDER BY 1",
  database: `SELECT datacl::text, datconnlimit, datdba::regrole::text, shobj_description(oid, 'pg_database'),
    (SELECT array_agg(setconfig::text) FROM pg_db_role_setting WHERE setdatabase = pg_database.oid)
    FROM pg_database WHERE datname = current_database()`,
  locks: "SELECT mode FROM pg_locks WHERE locktype = 'advisory'",
};

/** Gives a database back, and takes others until it is handed out again; `undefined` when it is dropped instead. */
async function returned(db: PostgresContainer, given: PostgresDatabase): Promise<PostgresDatabase | undefined> {
  const oid = await oidOf(given);
  await given[Symbol.asyncDispose]();
  for (;;) {
    const next = await db.isolate();
    onTestFinished(() => next[Symbol.asyncDispose]());
    if ((await oidOf(next)) === oid) return next;
    if ((await rowsOf(db.url, `SELECT FROM pg_database WHERE oid = ${oid}`)).length === 0) return undefined;
  }
}

describe("a database that is given back", () => {
  test("is not reset under a pool that has just ended, whose connections are still being closed", async ({ db }) => {
    const errors: unknown[] = [];
    for (let round = 1; round <= 20; round += 1) {
      const part = await db.isolate();
      const pool = new pg.Pool({ connectionString: part.url });
      pool.on("connect", (client) => client.on("error", (error) => errors.push(error)));
      await Promise.all([1, 2, 3].map(() => pool.query("SELECT")));
      await pool.end();
      await part[Symbol.asyncDispose]();
      const sql = `SELECT FROM pg_database WHERE datname = '${part.database}'`;
      await expect.poll(() => rowsOf(db.url, sql)).toEqual([]);
    }
    expect(errors).toEqual([]);
  });

  test("is handed out again, under another name, when it is as it was", async ({ db }) => {
    const first = await db.isolate();
    const pristine = await contentOf(first);

    const second = await returned(db, first);

    expect(second?.database).not.toBe(first.database);
    expect(second && (await contentOf(second))).toEqual(pristine);
  });

  test("is a new one each time where it is cloned: the control", async ({ workspace }) => {
    const db = await start(workspace, { isolation: {} });

    expect(await returned(db, await db.isolate())).toBeUndefined();
  });

  test.for(Object.entries(undone))("is handed out again as it was after %s", async ([, statements], { db }) => {
    const first = await db.isolate();
    const pristine = await contentOf(first);
    await write(first, ...statements);
    expect(await contentOf(first)).not.toEqual(statements === undone["what was rolled back"] ? undefined : pristine);

    const second = await returned(db, first);

    expect(second && (await contentOf(second))).toEqual(pristine);
  });

  test.for(Object.entries(notUndone))("is dropped after %s", async ([, statements], { db }) => {
    const first = await db.isolate();
    await write(first, ...statements.map((statement) => statement.replaceAll("THIS", first.database)));

    expect(await returned(db, first)).toBeUndefined();
  });

  test("is dropped when it has become much larger, and when more rows would have to be put back than are kept", async ({
    workspace,
  }) => {
    const sql = "CREATE TABLE small (x text); CREATE TABLE large AS SELECT x::text FROM generate_series(1, 10000) x";
    const db = await start(workspace, { sql });
    const [grown, changed, added] = [await db.isolate(), await db.isolate(), await db.isolate()];
    await write(grown, "INSERT INTO small SELECT repeat('x', 1000) FROM generate_series(1, 2000)");
    await write(changed, "UPDATE large SET x = '' WHERE x = '7'");
    await write(added, "INSERT INTO large VALUES ('mine')");

    expect(await returned(db, grown)).toBeUndefined();
    expect(await returned(db, changed)).toBeUndefined();
    const again = await returned(db, added);
    expect(again && (await rowsOf(again.url, "SELECT count(*)::int, max(x) FROM large"))).toEqual([
      { count: 10_000, max: "9999" },
    ]);
  });

  test("is taken from whoever is still connected, in a transaction with locks, and whom its name leads nowhere", async ({
    db,
  }) => {
    const first = await db.isolate();
    const pristine = await contentOf(first);
    const left = await connectTo(first.url);
    const ended = new Promise((resolve) => left.once("end", resolve));
    await left.query("BEGIN; INSERT INTO person DEFAULT VALUES; LOCK country; SELECT pg_advisory_lock(1); LISTEN news");

    const second = await returned(db, first);

    await ended;
    expect(second && (await contentOf(second))).toEqual(pristine);
    await expect(connectTo(first.url)).rejects.toThrow(`database "${first.database}" does not exist`);
  });

  test("is handed out to one at a time, whoever comes back when", async ({ db }) => {
    const pristine = await contentOf(await db.isolate());
    const holders = new Map<string, number>();
    let resets = 0;
    const hold = async (who: number): Promise<void> => {
      for (let turn = 0; turn < 10; turn += 1) {
        await using database = await db.isolate();
        const oid = await oidOf(database);
        if (holders.has(oid)) resets += 1;
        expect(holders.get(oid) ?? 0).toBe(0);
        holders.set(oid, who);
        await write(database, `INSERT INTO audit VALUES ('${who}')`);
        expect(await rowsOf(database.url, "SELECT line FROM audit")).toEqual([{ line: `${who}` }]);
        holders.set(oid, 0);
      }
    };

    await Promise.all([1, 2, 3, 4].map(hold));

    expect(resets).toBeGreaterThan(20);
    expect(await contentOf(await db.isolate())).toEqual(pristine);
  });

  test("is what was restored until then, and is dropped", async ({ db }) => {
    const first = await db.isolate();
    await write(first, "INSERT INTO audit VALUES ('before')");
    await first.snapshot();
    await write(first, "DELETE FROM audit");
    await first.restore();
    expect(await rowsOf(first.url, "SELECT line FROM audit")).toEqual([{ line: "before" }]);

    expect(await returned(db, first)).toBeUndefined();
  });

  test("is dropped when a snapshot was taken of it, which goes with it", async ({ db }) => {
    const first = await db.isolate();
    await first.snapshot();

    expect(await returned(db, first)).toBeUndefined();
    const states = `SELECT FROM pg_database WHERE datname LIKE '${first.database}%'`;
    await expect.poll(() => rowsOf(db.url, states)).toEqual([]);
  });
});

/** What a test may do, `#` being a number of its own. Some fails, as some of what tests do. */
const anything: readonly [string, ...string[]] = [
  "INSERT INTO country VALUES ('#', '#')",
  "INSERT INTO country VALUES ('DE', '#') ON CONFLICT (code) DO UPDATE SET name = excluded.name",
  "UPDATE country SET name = '#' WHERE code = 'XX'",
  "UPDATE country SET code = '#' WHERE code = 'FR'",
  "DELETE FROM country WHERE code = 'XX'",
  "TRUNCATE country CASCADE",
  "INSERT INTO person (country) SELECT code FROM country",
  "INSERT INTO person (id, country) OVERRIDING SYSTEM VALUE VALUES (#, 'DE')",
  "INSERT INTO company (boss) SELECT id FROM person",
  "UPDATE person SET employer = (SELECT max(id) FROM company), spouse = id",
  "UPDATE everybody SET country = NULL",
  "DELETE FROM person",
  "DELETE FROM company",
  "TRUNCATE company, person RESTART IDENTITY CASCADE",
  "INSERT INTO event VALUES (# % 20, '#')",
  "UPDATE event SET at = (at + 10) % 20",
  "DELETE FROM event_old",
  "TRUNCATE event",
  "WITH moved AS (DELETE FROM event RETURNING at) INSERT INTO thing SELECT at FROM moved",
  "INSERT INTO special_thing VALUES (#, '#')",
  "UPDATE thing SET id = id + 1",
  "DELETE FROM ONLY thing",
  "INSERT INTO scratch SELECT generate_series(1, #)",
  "INSERT INTO nothing DEFAULT VALUES",
  "DELETE FROM nothing",
  `INSERT INTO "Odd ""one." VALUES (#, '#')`,
  "INSERT INTO app.setting VALUES ('#', '#')",
  "SELECT nextval('ticket'), nextval('used')",
  "SELECT setval('ticket', #, # % 2 = 0)",
  "SELECT setval('person_id_seq', #)",
  "CREATE TEMPORARY TABLE mine_# AS SELECT * FROM country",
  "DO $$ BEGIN INSERT INTO audit VALUES ('#'); RAISE division_by_zero; EXCEPTION WHEN division_by_zero THEN NULL; END $$",
  "DO $$ BEGIN INSERT INTO audit VALUES ('#'); INSERT INTO scratch VALUES (#); END $$",
];

/** What is done less often, since then the database is dropped. */
const beyondReset: readonly [string, ...string[]] = [
  "CREATE TABLE mine_# (id integer)",
  "DROP TABLE app.setting",
  "ALTER TABLE country ADD COLUMN mine text DEFAULT '#'",
  "REFRESH MATERIALIZED VIEW counted",
  "CREATE INDEX ON audit (line)",
  "SELECT lo_create(0)",
  "CLUSTER country USING country_pkey",
  "DROP SCHEMA public CASCADE",
];

test("whatever tests do, whether they commit, fail or leave: every one finds what the migrations left", async ({
  db,
}) => {
  const random = randomFor(1, "reset");
  const pristine = await contentOf(await db.isolate());
  const seen = new Set<string>();
  let resets = 0;
  for (let round = 0; round < 60; round += 1) {
    await using database = await db.isolate();
    expect(await contentOf(database), `after round ${round}`).toEqual(pristine);
    const oid = await oidOf(database);
    if (seen.has(oid)) resets += 1;
    seen.add(oid);
    const clients = [await connectTo(database.url), await connectTo(database.url)];
    for (let step = random.integer(12); step > 0; step -= 1) {
      const client = clients[random.integer(2)]!;
      const statement = random.chance(0.3)
        ? random.pick(["BEGIN", "COMMIT", "ROLLBACK"])
        : random.pick(random.chance(0.03) ? beyondReset : anything).replaceAll("#", `${random.integer(100)}`);
      await client.query("SET lock_timeout = '50ms'").catch(() => undefined); // The two may wait for each other.
      await client.query(statement).catch(() => undefined);
    }
    if (random.chance(0.7)) await Promise.all(clients.map((client) => client.end())); // Others stay connected.
  }
  expect(resets).toBeGreaterThan(15);
});

describe("what notes the writes", () => {
  test("lets two connections of a test write to a table at the same time", async ({ db }) => {
    await using database = await db.isolate();
    const [one, other] = [await connectTo(database.url), await connectTo(database.url)];
    await one.query("BEGIN; INSERT INTO thing VALUES (1); UPDATE country SET name = 'x' WHERE code = 'DE'");
    await other.query(
      "SET lock_timeout = '1s'; INSERT INTO thing VALUES (2); UPDATE country SET name = 'y' WHERE code = 'FR'",
    );
    await one.query("ROLLBACK");

    expect((await other.query("SELECT id FROM thing")).rows).toEqual([{ id: 2 }]);
    await one.query("BEGIN; UPDATE country SET name = 'x' WHERE code = 'DE'");
    const blocked = other.query("UPDATE country SET name = 'z' WHERE code = 'DE'");
    await expect(blocked).rejects.toThrow("lock timeout"); // The control: locks of rows are as always.
  });

  test("is closed to tests, who may drop what is theirs as always", async ({ db }) => {
    await using database = await db.isolate();
    const client = await connectTo(database.url);

    await expect(client.query("SELECT * FROM cleanroom_marks.definitions")).rejects.toThrow("permission denied");
    await expect(client.query("DROP SCHEMA cleanroom_marks CASCADE")).rejects.toThrow("must be owner");
    await expect(client.query("DROP EVENT TRIGGER cleanroom_marks_starts")).rejects.toThrow("must be owner");
    await expect(client.query("SET session_replication_role = replica")).rejects.toThrow("permission denied");
    await client.query("DROP TABLE audit; DROP SCHEMA public CASCADE");
  });

  test("calls nothing of a test's, or of its migrations, as a superuser", async ({ workspace }) => {
    const sql = `
      CREATE TABLE whoever (name text);
      CREATE FUNCTION spy(x integer) RETURNS boolean LANGUAGE plpgsql AS $$
      BEGIN
        RAISE LOG 'called as %, % superuser', current_user, CASE WHEN (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN 'a' ELSE 'no' END;
        EXECUTE 'SET ROLE cleanroom';
        RETURN true;
      EXCEPTION WHEN OTHERS THEN
        RETURN true;
      END $$;
      CREATE TABLE checked (x integer CHECK (spy(x)));
      CREATE INDEX ON checked ((x + 1)) WHERE x IS NOT NULL;
      INSERT INTO checked VALUES (1);
    `;
    const db = await start(workspace, { sql });
    const first = await db.isolate();
    await write(first, "DELETE FROM checked");

    const second = await returned(db, first);

    expect(second && (await rowsOf(second.url, "SELECT x FROM checked"))).toEqual([{ x: 1 }]);
    const log = await db.logs();
    expect(log.match(/called as test, no superuser/g)?.length).toBe(2); // By the migration, and when it was put back.
    expect(log).not.toContain("called as cleanroom");
  });

  test("reads nothing that a test has put in the place of a sequence", async ({ workspace }) => {
    const db = await start(workspace, { sql: "CREATE SEQUENCE counter" });
    const first = await db.isolate();
    await write(
      first,
      `CREATE FUNCTION spy() RETURNS bigint LANGUAGE plpgsql AS $$
        BEGIN RAISE LOG 'called as %', current_user; RETURN 1; END $$`,
      "DROP SEQUENCE counter",
      "CREATE VIEW counter AS SELECT spy() AS last_value, false AS is_called",
      "SELECT last_value FROM counter",
    );

    expect(await returned(db, first)).toBeUndefined();
    const log = await db.logs();
    expect(log.match(/called as \w+/g)).toEqual(["called as test"]);
  });
});

describe("tables that are ignored", () => {
  const sql = `
    CREATE TABLE kept (id serial PRIMARY KEY, x text);
    CREATE TABLE reset (id serial PRIMARY KEY, kept integer REFERENCES kept);
    CREATE SCHEMA app;
    CREATE TABLE app.part (at integer) PARTITION BY LIST (at);
    CREATE TABLE app.part_1 PARTITION OF app.part FOR VALUES IN (1);
  `;

  test("keep their rows and their sequences; others do not", async ({ workspace }) => {
    const db = await start(workspace, { sql, isolation: { mode: "reset", ignoredTables: ["kept", "app.part"] } });
    const first = await db.isolate();
    await write(
      first,
      "INSERT INTO kept (x) VALUES ('mine')",
      "INSERT INTO app.part VALUES (1)",
      "INSERT INTO reset (kept) VALUES (1)",
    );

    const second = await returned(db, first);

    const counts = "SELECT (SELECT count(*)::int FROM app.part) AS part, (SELECT count(*)::int FROM reset) AS reset";
    expect(second && (await rowsOf(second.url, counts))).toEqual([{ part: 1, reset: 0 }]);
    const insert = "INSERT INTO kept (x) VALUES ('next') RETURNING id, (SELECT count(*)::int FROM kept) AS before";
    expect(second && (await rowsOf(second.url, insert))).toEqual([{ id: 2, before: 1 }]);
    expect(second && (await rowsOf(second.url, "INSERT INTO reset DEFAULT VALUES RETURNING id"))).toEqual([{ id: 1 }]);
  });

  test("must be there, which is told when the server starts", async ({ workspace }) => {
    const starting = start(workspace, {
      sql,
      isolation: { mode: "reset", ignoredTables: ["kpet", "app.kept", "app.part"] },
    });

    expect(((await failureOf(starting)) as Error).message).toBe(
      "db is not valid:\n" +
        '  isolation.ignoredTables.0: the migrations made no table "kpet"; did you mean "kept"?\n' +
        '  isolation.ignoredTables.1: the migrations made no table "app.kept"; did you mean "app.part"?',
    );
  });
});

describe("a server whose databases are reset", () => {
  test("gives strangers a copy, which nobody resets", async ({ workspace }) => {
    await workspace.write({ "1.sql": schema });
    const definition = postgres(images.postgres, { migrations: ["1.sql"], isolation: { mode: "reset" } });
    const { connections, services } = await workspace.start({ db: definition });
    await using attached = await attachService(definition, connections["db"]!);

    const part = await attached.isolate();
    await write(part, "INSERT INTO audit VALUES ('mine')");
    await part[Symbol.asyncDispose]();

    const named = `SELECT datname FROM pg_database WHERE datname = '${part.database}'`;
    expect(await rowsOf(services.db.url, named)).toEqual([]);
  });

  test("can be the process's own", async ({ workspace }) => {
    await workspace.write({ "1.sql": schema });
    const services = { db: postgres(images.postgres, { migrations: ["1.sql"], isolation: { mode: "reset" } }) };
    const environment = await workspace.start(services, { coordination: "in-process" });
    const { db } = environment.services;
    const first = await db.isolate();
    await write(first, "DELETE FROM event");

    const second = await returned(db, first);

    expect(second && (await rowsOf(second.url, "SELECT at FROM event"))).toEqual([{ at: 1 }]);
  });

  test("whose databases are limited, or have settings of their own, hands out pristine ones all the same", async ({
    workspace,
  }) => {
    const sql = `
      CREATE TABLE note (x text, at interval DEFAULT '1 day');
      INSERT INTO note VALUES ('first'), (NULL);
      ALTER DATABASE test SET search_path = app, public;
      ALTER DATABASE test SET default_transaction_read_only = on;
      ALTER DATABASE test SET default_transaction_isolation = 'serializable';
      ALTER DATABASE test SET intervalstyle = 'iso_8601';
    `;
    const db = await start(workspace, { sql });
    const first = await db.isolate();
    const pristine = await contentOf(first);
    await write(first, "BEGIN READ WRITE; UPDATE note SET x = 'mine'; COMMIT");

    const second = await returned(db, first);

    expect(second && (await contentOf(second))).toEqual(pristine);
  });

  test("whose databases are limited to few connections leaves those to the test, and drops what was used", async ({
    workspace,
  }) => {
    const db = await start(workspace, { sql: "ALTER DATABASE test CONNECTION LIMIT 1" });
    const first = await db.isolate();
    expect(await rowsOf(first.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);

    expect(await returned(db, first)).toBeUndefined();
  });
});
