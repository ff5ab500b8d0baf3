import pg from "pg";
import { describe, expect } from "vitest";
import type { PostgresDatabase } from "../../src/index.ts";
import { postgres } from "../../src/index.ts";
import { images, test as base } from "../support/workspace.ts";

const test = base.extend("database", async ({ workspace }, { onCleanup }): Promise<PostgresDatabase> => {
  await workspace.write({ "1.sql": "CREATE TABLE note (id serial PRIMARY KEY, note text)" });
  const { services } = await workspace.start({ db: postgres(images.postgres, { migrations: ["1.sql"] }) });
  const database = await services.db.isolate();
  onCleanup(() => database[Symbol.asyncDispose]());
  return database;
});

async function query(url: string, text: string): Promise<readonly unknown[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** A connection that stays open; resolves when it is ended by the server. */
async function stayIn(url: string): Promise<{ readonly ended: Promise<unknown> }> {
  const client = new pg.Client(url);
  const ended = new Promise((resolve) => client.on("error", () => undefined).once("end", resolve));
  await client.connect();
  return { ended };
}

describe("a database", () => {
  test("becomes again what it was, by name, though somebody is connected", async ({ database }) => {
    const notes = (): Promise<readonly unknown[]> => query(database.url, "SELECT id, note FROM note ORDER BY id");
    await query(database.url, "INSERT INTO note (note) VALUES ('one')");
    const first = await stayIn(database.url);
    await database.snapshot();
    await first.ended;
    await query(database.url, "INSERT INTO note (note) VALUES ('two')");
    await database.snapshot("two");
    await query(database.url, "DROP TABLE note; CREATE TABLE other (id int)");
    const second = await stayIn(database.url);

    await database.restore("two");
    await second.ended;
    expect(await notes()).toEqual([
      { id: 1, note: "one" },
      { id: 2, note: "two" },
    ]);
    await database.restore();
    expect(await notes()).toEqual([{ id: 1, note: "one" }]);
    expect(await query(database.url, "INSERT INTO note (note) VALUES ('three') RETURNING id")).toEqual([{ id: 2 }]);
    await database.restore();
    expect(await notes()).toEqual([{ id: 1, note: "one" }]);
  });

  test("takes the place of what was remembered under the name before, and still belongs to its user", async ({
    database,
  }) => {
    await database.snapshot("state");
    await query(database.url, "INSERT INTO note (note) VALUES ('kept'); CREATE SCHEMA mine");
    await database.snapshot("state");
    await query(database.url, "DELETE FROM note");

    await database.restore("state");

    const owner = "SELECT datdba::regrole::text AS owner FROM pg_database WHERE datname = current_database()";
    expect(await query(database.url, owner)).toEqual([{ owner: "test" }]);
    expect(await query(database.url, "SELECT note FROM note")).toEqual([{ note: "kept" }]);
    await query(database.url, "DROP SCHEMA mine; CREATE SCHEMA another");
  });

  test("has none that was not taken, and says so", async ({ database }) => {
    await database.snapshot();

    await expect(database.restore("Übermorgen")).rejects.toThrow(
      `Could not restore ${database.database} of db: it has no snapshot "Übermorgen".\n` +
        'Take one before: `await database.snapshot("Übermorgen")`.',
    );
  });

  test("takes its snapshots along when it is given back", async ({ database }) => {
    await database.snapshot();
    await database.snapshot("another");
    const ofThis = `SELECT datname FROM pg_database WHERE datname LIKE '${database.database}%'`;
    const { server } = database;
    expect(await query(server.url, ofThis)).toHaveLength(3);

    await database[Symbol.asyncDispose]();

    await expect.poll(() => query(server.url, ofThis)).toEqual([]);
  });
});
