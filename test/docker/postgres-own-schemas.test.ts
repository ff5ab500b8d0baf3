import pg from "pg";
import { describe, expect } from "vitest";
import type { PostgresContainer, PostgresOptions, PostgresSchema, ServiceDefinition } from "../../src/index.ts";
import { attachService, postgres } from "../../src/index.ts";
import { dividedServer, noteTable } from "../support/divided-server.ts";
import { holdPart } from "../support/hold-part.ts";
import { failureOf, images, test as base, Workspace } from "../support/workspace.ts";

type Server = PostgresContainer<PostgresSchema>;

/** One server for this file, and a handle on it for each test. */
const test = base
  .extend("stage", { scope: "file" }, async ({}, { onCleanup }) => {
    const stage = await Workspace.create();
    onCleanup(() => stage[Symbol.asyncDispose]());
    await stage.write(noteTable);
    await stage.start({ db: dividedServer("schema") });
    return stage;
  })
  .extend("db", async ({ stage }, { onCleanup }): Promise<Server> => {
    const environment = await stage.start({ db: dividedServer("schema") });
    onCleanup(() => environment[Symbol.asyncDispose]());
    return environment.services.db;
  });

type SchemaOptions = PostgresOptions<"test", "schema">;

function schemasWith(options: SchemaOptions): { readonly db: ServiceDefinition<Server, PostgresSchema> } {
  return { db: postgres(images.postgres, { migrations: ["*.sql"], ...options, isolation: { mode: "schema" } }) };
}

/** A server whose tests have schemas, made by one migration. */
async function serverOf(workspace: Workspace, sql: string, options: SchemaOptions = {}): Promise<Server> {
  await workspace.write({ "1.sql": sql });
  return (await workspace.start(schemasWith(options))).services.db;
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

async function ask(url: string, sql: string): Promise<readonly object[]> {
  const client = await connect(url);
  try {
    return (await client.query<object>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** As somebody sees it who is in no schema of a test. */
function schemasNamed(db: Server, name: string): Promise<readonly object[]> {
  const url = new URL(db.url);
  url.pathname = "cleanroom_schemas";
  return ask(url.href, `SELECT FROM pg_namespace WHERE nspname = '${name}'`);
}

describe("a schema", () => {
  test("has what the migrations left, and nothing that others do", async ({ db }) => {
    const holders = await Promise.all([db.isolate(), db.isolate()]);
    const write = "INSERT INTO note (text) VALUES ('second') RETURNING id";
    for (const { url } of holders) expect(await ask(url, write)).toEqual([{ id: 2 }]);
    await ask(holders[0].url, "DROP TABLE note; CREATE TABLE everybodys (id int)");

    const { schema, url } = holders[1];
    expect(await ask(url, "SELECT id, text, current_schema() AS schema FROM note ORDER BY id")).toEqual([
      { id: 1, text: "first", schema },
      { id: 2, text: "second", schema },
    ]);
    await expect(ask(url, "TABLE everybodys")).rejects.toThrow("does not exist");
    await Promise.all(holders.map((holder) => holder[Symbol.asyncDispose]()));
  });

  test("is another one for each, unlike the server's own database: the control", async ({ db }) => {
    await ask(db.url, "INSERT INTO note (text) VALUES ('second')");

    await expect(ask(db.url, "INSERT INTO note (text) VALUES ('second')")).rejects.toThrow("duplicate key");
  });

  test("is not dropped under a pool that has just ended, whose connections are still being closed", async ({ db }) => {
    const errors: unknown[] = [];
    for (let round = 1; round <= 20; round += 1) {
      const part = await db.isolate();
      const pool = new pg.Pool({ connectionString: part.url });
      pool.on("connect", (client) => client.on("error", (error) => errors.push(error)));
      await Promise.all([1, 2, 3].map(() => pool.query("SELECT")));
      await pool.end();
      await part[Symbol.asyncDispose]();
      await expect.poll(() => schemasNamed(db, part.schema)).toEqual([]);
    }
    expect(errors).toEqual([]);
  });

  test("is where libpq leads by the URL, and where its owner makes tables", async ({ db }) => {
    await using part = await db.isolate();
    const inside = new URL(part.url);
    inside.host = "127.0.0.1:5432";
    const sql = "CREATE TABLE mine (id int); SELECT schemaname, tableowner FROM pg_tables WHERE tablename = 'mine'";

    const { exitCode, stdout } = await db.exec(["psql", inside.href, "--no-psqlrc", "-At", "-c", sql]);

    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `CREATE TABLE\n${part.schema}|test\n` });
  });

  test("has everything that can be in one, made again from what names its own schema", async ({ workspace }) => {
    const db = await serverOf(
      workspace,
      `CREATE ROLE reader;
      CREATE TYPE public.mood AS ENUM ('good', 'bad');
      CREATE DOMAIN public.amount AS int CHECK (VALUE > 0);
      CREATE TABLE public.account (id int PRIMARY KEY, mood public.mood DEFAULT 'good', note text);
      CREATE TABLE public.entry (account int REFERENCES public.account ON DELETE CASCADE, amount public.amount,
        twice int GENERATED ALWAYS AS (amount * 2) STORED);
      CREATE FUNCTION public.accounts() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM account';
      ALTER TABLE public.entry ADD CHECK (accounts() > 0);
      INSERT INTO public.account VALUES (1, 'bad', E'a\\\\b\\n\\\\.\\n''\\n\\\\restrict x\\n''');
      INSERT INTO public.entry VALUES (1, 5);
      CREATE VIEW public.total AS SELECT sum(amount) FROM public.entry;
      CREATE MATERIALIZED VIEW public.totals AS SELECT * FROM public.total;
      ALTER TABLE public.account ENABLE ROW LEVEL SECURITY;
      CREATE POLICY cheerful ON public.account TO reader USING (mood = 'good');
      GRANT USAGE ON SCHEMA public TO reader; GRANT SELECT ON public.account TO reader; GRANT reader TO CURRENT_USER;
      CREATE FUNCTION public.log() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO account VALUES (NEW.account + 1); RETURN NEW; END $$;
      CREATE TRIGGER log AFTER INSERT ON public.entry FOR EACH ROW EXECUTE FUNCTION public.log();`,
    );
    await using part = await db.isolate();

    const note = { id: 1, mood: "bad", note: "a\\b\n\\.\n'\n\\restrict x\n'" };
    expect(await ask(part.url, "TABLE account")).toEqual([note]);
    expect(await ask(part.url, "SELECT *, accounts() FROM entry, totals")).toEqual([
      { account: 1, amount: 5, twice: 10, sum: "5", accounts: "1" },
    ]);
    expect(await ask(part.url, "INSERT INTO entry VALUES (1, 7)")).toEqual([]);
    expect(await ask(part.url, "SELECT id FROM account")).toEqual([{ id: 1 }, { id: 2 }]);
    const client = await connect(part.url);
    await client.query("SET ROLE reader");
    expect((await client.query("SELECT id FROM account")).rows).toEqual([{ id: 2 }]);
    await client.end();
    await expect(ask(part.url, "INSERT INTO entry VALUES (1, 0)")).rejects.toThrow("amount_check");
  });

  test("shares other schemas, in which migrations made something, with all", async ({ workspace }) => {
    const db = await serverOf(
      workspace,
      "CREATE SCHEMA shared; CREATE TABLE shared.rate (id int PRIMARY KEY); INSERT INTO shared.rate VALUES (1);" +
        "CREATE TABLE price (rate int REFERENCES shared.rate)",
    );
    await using one = await db.isolate();
    await using other = await db.isolate();
    await ask(one.url, "INSERT INTO shared.rate VALUES (2); INSERT INTO price VALUES (2)");

    expect(await ask(other.url, "TABLE shared.rate")).toEqual([{ id: 1 }, { id: 2 }]);
    expect(await ask(other.url, "TABLE price")).toEqual([]);
  });

  test("finds extensions, whoever made them, where nobody makes anything else", async ({ workspace }) => {
    const sql =
      "CREATE EXTENSION hstore; CREATE EXTENSION IF NOT EXISTS xml2; CREATE TABLE account (name citext UNIQUE, data hstore)";
    const db = await serverOf(workspace, sql, { extensions: ["citext", "xml2", "earthdistance"] });
    await using part = await db.isolate();

    expect(await ask(part.url, "INSERT INTO account VALUES ('A', 'a=>1') RETURNING data->'a' AS a")).toEqual([
      { a: "1" },
    ]);
    await expect(ask(part.url, "INSERT INTO account VALUES ('a')")).rejects.toThrow("duplicate key");
    expect(await ask(part.url, "SELECT earth() > 0 AS is_round")).toEqual([{ is_round: true }]);
    for (const schema of ["cleanroom_extensions", "public"]) {
      await expect(ask(part.url, `CREATE TABLE ${schema}.mine ()`)).rejects.toThrow("permission denied");
    }
  });
});

describe("a schema that is given back", () => {
  test.for([
    ["a transaction", ["BEGIN", "INSERT INTO note (text) VALUES ('second')"]],
    ["a table that is not there yet", ["BEGIN", "CREATE TABLE mine ()"]],
    ["a lock of all its tables", ["BEGIN", "LOCK TABLE note"]],
    ["nothing", []],
  ] as const)("is dropped, with a connection that is left open with %s", async ([, statements], { db }) => {
    const part = await db.isolate();
    const client = await connect(part.url);
    const ended = new Promise((resolve) => client.once("end", resolve));
    for (const sql of statements) await client.query(sql);

    await part[Symbol.asyncDispose]();
    await ended;

    await expect.poll(() => schemasNamed(db, part.schema)).toEqual([]);
    await using next = await db.isolate();
    expect(await ask(next.url, "TABLE note")).toEqual([{ id: 1, text: "first" }]);
  });

  test("is dropped although somebody in it has no name, and locks it", async ({ db }) => {
    const part = await db.isolate();
    const nameless = new URL(part.url);
    nameless.searchParams.delete("application_name");
    const clients = [await connect(nameless.href), await connect(nameless.href)] as const;
    await clients[0].query("BEGIN; LOCK TABLE note");

    await part[Symbol.asyncDispose]();
    await expect.poll(() => schemasNamed(db, part.schema)).toEqual([]);

    // The other one has no place left in which it could make anything.
    await expect(clients[1].query("CREATE TABLE everybodys ()")).rejects.toThrow(/permission denied|no schema/);
    await clients[1].end();
  });

  test("is kept if it is to be looked at", async ({ db }) => {
    const part = await db.isolate();
    expect(part.keep(1500)).toBe(1500);
    await part[Symbol.asyncDispose]();

    expect(await ask(part.url, "TABLE note")).toEqual([{ id: 1, text: "first" }]);
    await expect.poll(() => schemasNamed(db, part.schema), { timeout: 10_000 }).toEqual([]);
  });

  test("by a process that is killed is dropped", async ({ stage, db }) => {
    const holder = await holdPart(stage.directory, "schema");
    expect(await schemasNamed(db, holder.part)).toHaveLength(1);

    holder.process.kill("SIGKILL");

    await expect.poll(() => schemasNamed(db, holder.part), { timeout: 10_000 }).toEqual([]);
  });
});

describe("schemas", () => {
  test("can be had of a server that another process runs", async ({ workspace }) => {
    await workspace.write(noteTable);
    const definition = dividedServer("schema");
    const { connections, services } = await workspace.start({ db: definition });
    await using attached = await attachService(definition, connections["db"]!);
    const part = await attached.isolate();

    expect(await ask(part.url, "TABLE note")).toEqual([{ id: 1, text: "first" }]);
    await part[Symbol.asyncDispose]();
    expect(await schemasNamed(services.db, part.schema)).toEqual([]);
  });

  test("are had in-process as well, and go with whoever does not wait any more", async ({ workspace }) => {
    await workspace.write(noteTable);
    const { services } = await workspace.start({ db: dividedServer("schema") }, { coordination: "in-process" });
    const reason = new Error("enough");
    const controller = new AbortController();
    const taking = services.db.isolate({ signal: controller.signal });
    controller.abort(reason);

    expect(await failureOf(taking)).toBe(reason);
    await using part = await services.db.isolate();
    expect(await ask(part.url, "TABLE note")).toEqual([{ id: 1, text: "first" }]);
  });
});

describe("migrations", () => {
  test("that fail are told with file and line, and leave nothing", async ({ workspace }) => {
    const starting = serverOf(workspace, "CREATE TABLE note ();\nCREATE TABEL other ()");

    await expect(starting).rejects.toThrow('A migration of db failed at 1.sql:2: syntax error at or near "TABEL"');
    expect(await workspace.left()).toEqual([]);
  });

  test("whose functions name a schema that is a test's own are told so", async ({ workspace }) => {
    const sql = `CREATE TABLE note (id int);
      CREATE FUNCTION notes() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM public.note';
      CREATE TABLE checked (id int CHECK (notes() >= 0)); INSERT INTO checked VALUES (1)`;

    await expect(serverOf(workspace, sql)).rejects.toThrow(
      'Migrating db failed: what is in its schema `public` cannot be made again in another one: relation "public.note" does ' +
        "not exist\nHint: See whether something there names a schema, or use another `isolation.mode`.",
    );
    expect(await workspace.left()).toEqual([]);
  });

  test("that pg_dump cannot read are told what it says", async ({ workspace }) => {
    const starting = serverOf(workspace, "CREATE TABLE note ()", {
      env: { PGHOST: "192.0.2.1", PGCONNECT_TIMEOUT: "2" },
    });

    await expect(starting).rejects.toThrow(
      /^Migrating db failed: pg_dump could not write down what is in its schema\nIts last lines:\n {2}pg_dump: error: connection to server at "192\.0\.2\.1"/,
    );
  });

  test("that make an extension which cannot be moved are told what helps", async ({ workspace }) => {
    await workspace.write({ "1.sql": "CREATE EXTENSION xml2 SCHEMA public" });
    const starting = workspace.start(schemasWith({ superuser: true }));

    await expect(starting).rejects.toMatchObject({
      code: "CLEANROOM_MIGRATION",
      details: { hint: 'Name it in `extensions`: ["xml2"].' },
    });
  });
});
