import pg from "pg";
import { describe, expect, vi } from "vitest";
import type { PostgresContainer, PostgresTransaction } from "../../src/index.ts";
import { attachService } from "../../src/index.ts";
import { askPostgres } from "../support/ask-postgres.ts";
import { dividedServer, noteTable } from "../support/divided-server.ts";
import { holdPart } from "../support/hold-part.ts";
import { failureOf, test as base, Workspace } from "../support/workspace.ts";

type Server = PostgresContainer<PostgresTransaction>;

/** One server for this file, and a handle on it for each test. */
const test = base
  .extend("stage", { scope: "file" }, async ({}, { onCleanup }) => {
    const stage = await Workspace.create();
    onCleanup(() => stage[Symbol.asyncDispose]());
    await stage.write(noteTable);
    await stage.start({ db: dividedServer("transaction") });
    return stage;
  })
  .extend("db", async ({ stage }, { onCleanup }): Promise<Server> => {
    const environment = await stage.start({ db: dividedServer("transaction") });
    onCleanup(() => environment[Symbol.asyncDispose]());
    return environment.services.db;
  });

/** What is in a database, as whoever is connected to it finds it. */
async function stateOf(client: pg.Client): Promise<unknown> {
  const notes = await client.query("SELECT id, text FROM note ORDER BY id");
  const tables = await client.query("SELECT tablename FROM pg_tables WHERE tablename !~ '^(pg_|sql_)' ORDER BY 1");
  const session = await client.query(`
    SELECT current_setting('work_mem') AS work_mem, current_user AS role,
      (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) AS locks,
      (SELECT count(*)::int FROM pg_listening_channels()) AS channels,
      (SELECT count(*)::int FROM pg_prepared_statements) AS prepared`);
  const next = await client.query("SELECT last_value, is_called FROM note_id_seq");
  return { notes: notes.rows, tables: tables.rows, session: session.rows, next: next.rows };
}

/** In a transaction of its own. */
async function pristineState(db: Server): Promise<{ readonly database: string; readonly state: unknown }> {
  await using transaction = await db.isolate();
  return { database: transaction.database, state: await stateOf(transaction.client) };
}

function databasesNamed(db: Server, name: string): Promise<readonly object[]> {
  return askPostgres(db.url, `SELECT FROM pg_database WHERE datname = '${name}'`);
}

/** What a test may do that the next one must not see. */
const disturbances = [
  ["INSERT INTO note (text) VALUES ('second')"],
  ["TRUNCATE note RESTART IDENTITY"],
  ["DROP TABLE note"],
  ["CREATE TABLE everybodys (id int)"],
  ["ALTER TABLE note ADD other text"],
  ["SELECT nextval('note_id_seq')"],
  ["SELECT setval('note_id_seq', 1000, false)"],
  ["ALTER SEQUENCE note_id_seq RESTART 77"],
  ["SET work_mem = '5MB'"],
  ["CREATE TEMP TABLE note (id int)"],
  ["SELECT pg_advisory_lock(1)"],
  ["LISTEN everybody"],
  ["PREPARE everybodys AS SELECT 1"],
  ["SELECT 1 / 0"],
  ["SAVEPOINT a", "INSERT INTO note (text) VALUES ('second')", "RELEASE a"],
  ["BEGIN", "INSERT INTO note (text) VALUES ('second')", "COMMIT"],
  ["BEGIN", "INSERT INTO note (text) VALUES ('second')"],
  ["begin", "INSERT INTO note (text) VALUES ('first')", "rollback"],
] as const;

describe("what a test did", () => {
  test("is not there for the next one, which has the same database", async ({ db }) => {
    const pristine = await pristineState(db);
    for (const statements of disturbances) {
      {
        await using transaction = await db.isolate();
        for (const statement of statements) await transaction.client.query(statement).catch(() => undefined);
      }
      expect(await pristineState(db), statements.join("; ")).toEqual(pristine);
    }
  });

  test("is there for the next one where both are in the server's own database: the control", async ({ db }) => {
    await askPostgres(db.url, "INSERT INTO note (text) VALUES ('second')");

    await expect(askPostgres(db.url, "INSERT INTO note (text) VALUES ('second')")).rejects.toThrow("duplicate key");
  });

  test.for([
    [["INSERT INTO note (text) VALUES ('second'); COMMIT"]],
    [["INSERT INTO note (text) VALUES ('second'); COMMIT; BEGIN"]],
    [["INSERT INTO note (text) VALUES ('second')", "COMMIT"]],
    [["INSERT INTO note (text) VALUES ('second')", "COMMIT AND CHAIN", "SELECT 1 / 0"]],
    [["BEGIN ISOLATION LEVEL READ COMMITTED", "INSERT INTO note (text) VALUES ('second')", "COMMIT"]],
    [["ROLLBACK", "INSERT INTO note (text) VALUES ('second')"]],
    [["ROLLBACK; BEGIN; INSERT INTO note (text) VALUES ('second'); COMMIT; BEGIN", "SELECT 1 / 0"]],
    [["ROLLBACK", "SET work_mem = '5MB'", "BEGIN", "DROP TABLE note", "COMMIT"]],
    [["SELECT pg_terminate_backend(pg_backend_pid())"]],
  ] as const)("costs the database, if it ended the transaction: %j", async ([statements], { db }) => {
    const warn = vi.spyOn(process, "emitWarning").mockReturnValue();
    const pristine = await pristineState(db);
    {
      await using transaction = await db.isolate();
      for (const statement of statements) await transaction.client.query(statement).catch(() => undefined);
    }
    const next = await pristineState(db);

    expect(next.state).toEqual(pristine.state);
    expect(next.database).not.toBe(pristine.database);
    await expect.poll(() => databasesNamed(db, pristine.database)).toEqual([]);
    expect(warn.mock.calls).toEqual([
      [
        expect.stringMatching(/^A test of db has ended the (transaction|connection) that it was given/),
        "CleanroomWarning",
      ],
    ]);
  });

  test.for<readonly [string, (client: pg.Client) => Promise<unknown>]>([
    ["ended the connection", (client) => client.end()],
    ["left a query running", async (client) => void client.query("SELECT pg_sleep(60)").catch(() => undefined)],
  ])("costs the database, if it %s", async ([, disturb], { db }) => {
    vi.spyOn(process, "emitWarning").mockReturnValue();
    const pristine = await pristineState(db);
    {
      await using transaction = await db.isolate();
      await transaction.client.query("INSERT INTO note (text) VALUES ('second')");
      await disturb(transaction.client);
    }
    const next = await pristineState(db);

    expect(next.state).toEqual(pristine.state);
    expect(next.database).not.toBe(pristine.database);
    await expect.poll(() => databasesNamed(db, pristine.database)).toEqual([]);
  });

  test.for<readonly [string, (client: pg.Client) => unknown]>([
    ["prepared a statement by name", (client) => client.query({ name: "first", text: "SELECT 1" })],
    ["set how a type is read", (client) => client.setTypeParser(pg.types.builtins.INT4, () => "mine")],
    [
      "put something in a method's place",
      async (client) => {
        const query = vi.spyOn(client, "query");
        for (const sql of ["BEGIN", "INSERT INTO note (text) VALUES ('second')", "COMMIT"]) await client.query(sql);
        expect(query).toHaveBeenCalledTimes(3);
        query.mockRestore();
        for (const sql of ["BEGIN", "COMMIT"]) await client.query(sql);
      },
    ],
    ["listens to events", (client) => client.on("notice", () => expect.unreachable())],
  ])("to the driver is not there either, if it %s, and the database is the same", async ([, disturb], { db }) => {
    const pristine = await pristineState(db);
    {
      await using transaction = await db.isolate();
      await disturb(transaction.client);
    }
    await using transaction = await db.isolate();

    const { client } = transaction;
    expect(vi.isMockFunction(client.query)).toBe(false);
    expect((await client.query({ name: "first", text: "SELECT 2 AS number" })).rows).toEqual([{ number: 2 }]);
    await client.query("DO $$ BEGIN RAISE NOTICE 'heard by nobody'; END $$");
    expect(transaction.database).toBe(pristine.database);
  });
});

describe("a transaction of the code under test", () => {
  test("is a savepoint: what it rolls back is gone, what it commits stays for this test", async ({ db }) => {
    const { database } = await pristineState(db);
    {
      await using transaction = await db.isolate();
      const { client } = transaction;
      const commands: unknown[] = [];
      const run = async (sql: string): Promise<void> => void commands.push((await client.query(sql)).command);
      for (const end of ["COMMIT", "ROLLBACK"]) {
        await run("BEGIN");
        await client.query(`INSERT INTO note (text) VALUES ('${end}')`);
        await run(end);
      }
      // Of a transaction that has failed, a COMMIT is a ROLLBACK.
      await run("START TRANSACTION;");
      await expect(client.query("INSERT INTO note (text) VALUES ('first')")).rejects.toThrow("duplicate key");
      await run("COMMIT");

      expect(commands).toEqual(["BEGIN", "COMMIT", "BEGIN", "ROLLBACK", "BEGIN", "ROLLBACK"]);
      expect((await client.query("SELECT text FROM note ORDER BY 1")).rows).toEqual([
        { text: "COMMIT" },
        { text: "first" },
      ]);
    }
    expect(await pristineState(db)).toMatchObject({ database, state: { notes: [{ id: 1, text: "first" }] } });
  });

  test("may be sent ahead of what comes of the statement before, and with callbacks, as the driver has it", async ({
    db,
  }) => {
    await using transaction = await db.isolate();
    const { client } = transaction;
    const begun = await client.query({ text: "begin work" });
    const { promise, resolve } = Promise.withResolvers<string>();

    const failing = client.query("SELECT 1 / 0");
    client.query("COMMIT", (_error, { command }) => {
      resolve(command);
    });
    await expect(failing).rejects.toThrow("division by zero");

    expect([begun.command, await promise]).toEqual(["BEGIN", "ROLLBACK"]);
    expect((await client.query("SELECT text FROM note")).rows).toEqual([{ text: "first" }]);
  });
});

describe("transactions", () => {
  test("at the same time have a database each, which others get afterwards", async ({ db }) => {
    const two = await Promise.all([db.isolate(), db.isolate()]);
    // One would wait for the other in the same database.
    await Promise.all(two.map(({ client }) => client.query("INSERT INTO note (text) VALUES ('second')")));
    await Promise.all(two.map((transaction) => transaction[Symbol.asyncDispose]()));
    const again = await Promise.all([db.isolate(), db.isolate()]);

    const names = two.map(({ database }) => database);
    expect(new Set(names).size).toBe(2);
    expect(again.map(({ database }) => database).toSorted()).toEqual(names.toSorted());
    await Promise.all(again.map((transaction) => transaction[Symbol.asyncDispose]()));
  });

  test("have their database to themselves: nobody else can write there meanwhile", async ({ db }) => {
    await using transaction = await db.isolate();
    const url = new URL(db.url);
    url.pathname = transaction.database;

    await expect(askPostgres(url.href, "INSERT INTO note (text) VALUES ('second')")).rejects.toThrow(
      "too many connections",
    );
  });

  test("do nothing any more once they are given back", async ({ db }) => {
    const { client, ...transaction } = await db.isolate();
    await transaction[Symbol.asyncDispose]();
    await transaction[Symbol.asyncDispose]();
    const told = "A transaction of db was used after it was given back.";

    await expect(client.query("INSERT INTO note (text) VALUES ('second')")).rejects.toThrow(told);
    expect(await new Promise((resolve) => client.query("COMMIT", (error) => resolve(error.message)))).toBe(told);
    expect(() => client.on("notice", () => undefined)).toThrow(told);
    await client.end();
    expect((await pristineState(db)).state).toMatchObject({ notes: [{ id: 1, text: "first" }] });
  });

  test("have a connection anew where it broke meanwhile", async ({ db }) => {
    const { database } = await pristineState(db);
    const terminate = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}'`;
    expect(await askPostgres(db.url, terminate)).toHaveLength(1);

    expect((await pristineState(db)).state).toMatchObject({ notes: [{ id: 1, text: "first" }] });
  });

  test("are not begun for who does not wait any more", async ({ db }) => {
    const reason = new Error("enough");
    expect(await failureOf(db.isolate({ signal: AbortSignal.abort(reason) }))).toBe(reason);
    const controller = new AbortController();
    const begun = db.isolate({ signal: controller.signal });
    controller.abort(reason);

    expect(await failureOf(begun)).toBe(reason);
    expect((await pristineState(db)).state).toMatchObject({ notes: [{ id: 1, text: "first" }] });
  });

  test("end with the environment that they are of, and so does the database", async ({ stage, db }) => {
    const other = await stage.start({ db: dividedServer("transaction") });
    const { client, database } = await other.services.db.isolate();
    expect(other.services.db.id).toBe(db.id);

    await other.cleanup();

    await expect(client.query("SELECT 1")).rejects.toThrow("after it was given back");
    await expect.poll(() => databasesNamed(db, database)).toEqual([]);
  });

  test("can be had of a server that another process runs", async ({ workspace }) => {
    await workspace.write(noteTable);
    const definition = dividedServer("transaction");
    const { connections, services } = await workspace.start({ db: definition });
    const attached = await attachService(definition, connections["db"]!);
    const { database, state } = await pristineState(attached.handle);
    expect((await pristineState(attached.handle)).database).toBe(database);
    await attached[Symbol.asyncDispose]();

    expect(state).toMatchObject({ notes: [{ id: 1, text: "first" }] });
    expect(await databasesNamed(services.db, database)).toEqual([]);
  });

  test("of a process that is killed are gone, and so is its database", async ({ stage, db }) => {
    const holder = await holdPart(stage.directory, "transaction");
    expect(await databasesNamed(db, holder.part)).toHaveLength(1);

    holder.process.kill("SIGKILL");

    await expect.poll(() => databasesNamed(db, holder.part), { timeout: 10_000 }).toEqual([]);
  });

  test("are had in-process as well", async ({ workspace }) => {
    await workspace.write(noteTable);
    const { services } = await workspace.start({ db: dividedServer("transaction") }, { coordination: "in-process" });

    const { database } = await pristineState(services.db);

    expect(await pristineState(services.db)).toMatchObject({ database });
  });
});
