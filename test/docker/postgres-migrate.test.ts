import { readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { describe, expect, vi } from "vitest";
import type {
  MigrationCommand,
  PostgresContainer,
  PostgresDatabase,
  PostgresOptions,
  ServiceDefinition,
} from "../../src/index.ts";
import { MigrationError, postgres } from "../../src/index.ts";
import { askPostgres } from "../support/ask-postgres.ts";
import { failureOf, images, test } from "../support/workspace.ts";

function ask({ url }: { readonly url: string }, sql: string): Promise<readonly object[]> {
  return askPostgres(url, sql);
}

function rowsOf(database: PostgresDatabase): Promise<readonly object[]> {
  return ask(database, "select line from log order by id");
}

function db(options: PostgresOptions): { readonly db: ServiceDefinition<PostgresContainer, PostgresDatabase> } {
  return { db: postgres(images.postgres, options) };
}

const table = { "sql/1.sql": "create table log (id serial, line text); insert into log (line) values ('sql')" };

/** A migration tool: inserts what it read, with the words it was given and the database that its variables name. */
const tool = {
  "tool.mjs": `
    import { appendFileSync, readFileSync } from "node:fs";
    import { createRequire } from "node:module";
    const { Client } = createRequire(${JSON.stringify(import.meta.filename)})("pg");
    appendFileSync("runs", "run\\n");
    const client = new Client(process.argv[2] === "url" ? process.env.DATABASE_URL : undefined);
    await client.connect();
    await client.query("insert into log (line) values ($1)", [readFileSync("input.txt", "utf8")]);
    await client.end();`,
  "input.txt": "tool",
};

const runTool: MigrationCommand = { command: [process.execPath, "tool.mjs", "url"], inputs: ["tool.mjs", "input.txt"] };

describe("a command that migrates", () => {
  test("runs after the SQL files and before the seeds, and every database has what it did", async ({ workspace }) => {
    await workspace.write({ ...table, ...tool, "seeds/1.sql": "insert into log (line) values ('seed')" });
    const { services } = await workspace.start(db({ migrations: ["sql/*"], migrate: runTool, seeds: ["seeds/*"] }));
    await using part = await services.db.isolate();

    expect(await rowsOf(part)).toEqual([{ line: "sql" }, { line: "tool" }, { line: "seed" }]);
    expect(await ask(part, "select tableowner from pg_tables where tablename = 'log'")).toEqual([
      { tableowner: "test" },
    ]);
  });

  test("finds the database by the variables of libpq too, whatever this process has of them", async ({ workspace }) => {
    vi.stubEnv("PGHOST", "nowhere.invalid");
    vi.stubEnv("PGSSLMODE", "require");
    await workspace.write({ ...table, ...tool });
    const migrate = { ...runTool, command: [process.execPath, "tool.mjs"] };
    const options = { database: "a b?", username: "o k", password: "p@ss w%rd", migrate };
    const { services } = await workspace.start(db({ migrations: ["sql/*"], ...options }));
    for (const name of ["PGHOST", "PGSSLMODE"]) vi.stubEnv(name, undefined);
    await using part = await services.db.isolate();

    expect(await rowsOf(part)).toEqual([{ line: "sql" }, { line: "tool" }]);
  });

  test("has the variables that it asks for, and those of this process", async ({ workspace }) => {
    vi.stubEnv("CANARY", "from here");
    const script = `require("fs").writeFileSync("seen", [process.env.CANARY, process.env.DB_URL].join(" "))`;
    const migrate = {
      command: [process.execPath, "--eval", script],
      env: (url: string) => ({ DB_URL: url }),
      inputs: [],
    };
    const { services } = await workspace.start(db({ migrate }));

    expect(await readFile(join(workspace.directory, "seen"), "utf8")).toBe(`from here ${services.db.url}`);
  });

  test("runs once for all environments, and again when what it reads has changed", async ({ workspace }) => {
    await workspace.write({ ...table, ...tool });
    const runs = async (): Promise<number> =>
      (await readFile(join(workspace.directory, "runs"), "utf8")).trim().split("\n").length;
    const services = db({ migrations: ["sql/*"], migrate: runTool });

    const [one, other] = await Promise.all([workspace.start(services), workspace.start(services)]);
    expect(one.services.db.id).toBe(other.services.db.id);
    expect(await runs()).toBe(1);

    await workspace.write({ "input.txt": "another" });
    const changed = await workspace.start(services);
    expect(changed.services.db.id).not.toBe(one.services.db.id);
    expect(await runs()).toBe(2);
    await using part = await changed.services.db.isolate();
    expect(await rowsOf(part)).toEqual([{ line: "sql" }, { line: "another" }]);
  });

  test("that fails tells its code and what it printed, without the password, and is not run again", async ({
    workspace,
  }) => {
    const script = `
      require("fs").appendFileSync("runs", "run\\n");
      console.error("cannot use " + process.env.DATABASE_URL); process.exitCode = 3`;
    const command = [process.execPath, "--eval", script];
    const services = db({ password: "canary+4711", migrate: { command, inputs: [] } });

    await using session = await workspace.start({}); // It remembers what failed for as long as somebody is there.
    vi.stubEnv("CLEANROOM_SESSION", session.sessionId);
    const error = await failureOf(workspace.start(services));
    const again = await failureOf(workspace.start(services));
    vi.stubEnv("CLEANROOM_SESSION", undefined);

    expect(error).toBeInstanceOf(MigrationError);
    expect((error as MigrationError).details).toMatchObject({ container: "db", command, exitCode: 3 });
    expect((error as MigrationError).message.replaceAll(/:\d+\//g, ":PORT/")).toBe(
      `Migrating db with \`${command.join(" ")}\` failed: it exited with code 3\n` +
        "Its last lines:\n  cannot use postgres://test:***@127.0.0.1:PORT/test",
    );
    expect((again as MigrationError).message).toBe((error as MigrationError).message);
    expect(await readFile(join(workspace.directory, "runs"), "utf8")).toBe("run\n");
    expect(await workspace.left()).toEqual([]);
  });

  test("that lacks rights is told what would give them", async ({ workspace }) => {
    const script = `console.error("error: permission denied to create extension"); process.exitCode = 1`;
    const migrate = { command: [process.execPath, "--eval", script], inputs: [] };

    const [ordinary, superuser] = [
      await failureOf(workspace.start(db({ migrate }))),
      await failureOf(workspace.start(db({ migrate, superuser: true }))),
    ] as [Error, Error];

    expect(ordinary.message).toContain("Hint: Migrations run as test, who is no superuser");
    expect(superuser.message).not.toContain("Hint");
  });

  test("that is not there is told as such", async ({ workspace }) => {
    const error = await failureOf(workspace.start(db({ migrate: { command: ["no-such-tool"], inputs: [] } })));

    expect((error as Error).message).toBe(
      "Migrating db with `no-such-tool` failed: it could not be started: spawn no-such-tool ENOENT",
    );
  });

  test("ends with the start that is given up", async ({ workspace }) => {
    const abort = new AbortController();
    const reason = new Error("changed my mind");
    const script = `
      require("fs").writeFileSync("part", String(process.pid));
      require("fs").renameSync("part", "pid");
      setInterval(() => {}, 1000)`;
    const migrate = { command: [process.execPath, "--eval", script], inputs: [] };

    const starting = failureOf(workspace.start(db({ migrate }), { signal: abort.signal }));
    const read = (): Promise<string> => readFile(join(workspace.directory, "pid"), "utf8");
    const pid = Number(await vi.waitFor(read, { timeout: 30_000, interval: 50 }));
    expect(process.kill(pid, 0)).toBe(true);
    abort.abort(reason);

    expect(await starting).toBe(reason);
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"), { timeout: 10_000 });
    expect(await workspace.left()).toEqual([]);
  });
});

describe("a function that migrates", () => {
  test("is given the database, and is run after the SQL files", async ({ workspace }) => {
    await workspace.write(table);
    const run = async ({ url }: { readonly url: string }): Promise<void> => {
      await ask({ url }, "insert into log (line) values ('function')");
    };
    const { services } = await workspace.start(db({ migrations: ["sql/*"], migrate: { run, inputs: [] } }));
    await using part = await services.db.isolate();

    expect(await rowsOf(part)).toEqual([{ line: "sql" }, { line: "function" }]);
  });

  test("is another one when its text is", async ({ workspace }) => {
    const first = await workspace.start(db({ migrate: { run: (_one) => undefined, inputs: [] } }));
    const same = await workspace.start(db({ migrate: { run: (_one) => undefined, inputs: [] } }));
    const other = await workspace.start(db({ migrate: { run: (_other) => undefined, inputs: [] } }));

    expect(same.services.db.id).toBe(first.services.db.id);
    expect(other.services.db.id).not.toBe(first.services.db.id);
  });

  test("that fails is a failed migration, with what it threw as the cause", async ({ workspace }) => {
    const thrown = new Error("no such table");
    const failing = (): never => {
      throw thrown;
    };
    const lacking = async ({ url }: { readonly url: string }): Promise<void> => {
      await ask({ url }, "create extension pageinspect");
    };
    const error = await failureOf(workspace.start(db({ migrate: { run: failing, inputs: [] } })));
    const withoutRights = await failureOf(workspace.start(db({ migrate: { run: lacking, inputs: [] } })));

    expect(error).toBeInstanceOf(MigrationError);
    expect((error as MigrationError).message).toBe("Migrating db failed: no such table");
    expect((error as MigrationError).cause).toBe(thrown);
    expect((withoutRights as Error).message).toBe(
      'Migrating db failed: permission denied to create extension "pageinspect"\n' +
        "Hint: Migrations run as test, who is no superuser: name extensions in `extensions`, or set `superuser: true`.",
    );
  });

  test("that leaves a connection open is told so", async ({ workspace }) => {
    const left: pg.Client[] = [];
    const run = async ({ url }: { readonly url: string }): Promise<void> => {
      const client = new pg.Client(url);
      client.on("error", () => undefined); // The server goes.
      await client.connect();
      left.push(client);
    };

    const error = await failureOf(workspace.start(db({ migrate: { run, inputs: [] } })));
    await Promise.allSettled(left.map((client) => client.end()));

    expect((error as Error).message).toBe(
      "Migrating db failed: connections to its database are still open; close what `migrate` opens",
    );
  });

  test("hears of a start that is given up, and is not waited for", async ({ workspace }) => {
    const abort = new AbortController();
    const reason = new Error("changed my mind");
    const heard = Promise.withResolvers<unknown>();
    const run = ({ signal }: { readonly signal: AbortSignal }): Promise<void> => {
      signal.addEventListener("abort", () => heard.resolve(signal.reason));
      abort.abort(reason);
      return new Promise(() => undefined);
    };

    expect(await failureOf(workspace.start(db({ migrate: { run, inputs: [] } }), { signal: abort.signal }))).toBe(
      reason,
    );
    expect(await heard.promise).toBe(reason);
  });
});

test("a seed that fails says where", async ({ workspace }) => {
  await workspace.write({ "seeds/1.sql": "\nselect * from nowhere" });

  const error = await failureOf(workspace.start(db({ seeds: ["seeds/*"] })));

  expect((error as Error).message).toBe('A migration of db failed at seeds/1.sql:2: relation "nowhere" does not exist');
});
