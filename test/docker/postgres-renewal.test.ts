import { describe, expect, vi } from "vitest";
import type { PostgresContainer, PostgresOptions, ReadyEvent } from "../../src/index.ts";
import { postgres } from "../../src/index.ts";
import { askPostgres } from "../support/ask-postgres.ts";
import type { Workspace } from "../support/workspace.ts";
import { failureOf, images, test as base } from "../support/workspace.ts";

/** A database that was started. */
interface Started {
  readonly db: PostgresContainer;
  /** Whether its server ran already and was only initialised anew. */
  readonly isRenewed: boolean;
  /** Ends the session; the server is kept. */
  end(): Promise<unknown>;
}

type Start = (migration: string, options?: PostgresOptions) => Promise<Started>;

/** Starts the database of a project, with a migration of this text. */
const test = base.extend<{ start: Start }>({
  start: async ({ workspace }, use) => {
    const started: Started[] = [];
    await use(async (migration, options) => {
      const one = await startIn(workspace, migration, options);
      started.push(one);
      return one;
    });
    await Promise.all(started.map(({ end }) => end()));
    // It would be kept. While the engine pauses it, it may not be removed.
    await vi.waitUntil(async () => workspace.removeLeft().then(async () => (await workspace.left()).length === 0), {
      timeout: 20_000,
    });
  },
});

async function startIn(workspace: Workspace, migration: string, options: PostgresOptions = {}): Promise<Started> {
  await workspace.write({ "1.sql": migration });
  const db = postgres(images.postgres, { migrations: ["1.sql"], keepAliveMs: 60_000, ...options });
  let isRenewed = false;
  const listeners = { "container:ready": (event: ReadyEvent) => void (isRenewed = event.isRenewed) };
  const environment = await workspace.start({ db }, { listeners });
  return { db: environment.services.db, isRenewed, end: () => environment.cleanup() };
}

const tables = "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'";

/** Has the image run a script before any migration. */
function ofTheImage(content: string): PostgresOptions {
  return { files: [{ target: "/docker-entrypoint-initdb.d/1.sql", content }] };
}

describe("a server whose migrations have changed", () => {
  test("is initialised anew, and has nothing of what it was", async ({ start, workspace }) => {
    const first = await start("create role app; create table old (id int); create extension pgcrypto");
    const part = await first.db.isolate();
    await askPostgres(part.url, "alter role current_user set work_mem = '5MB'; create table left_over (id int)");
    await first.end();

    const second = await start("create role app; create table new (id int)");

    expect([second.db.id, second.isRenewed]).toEqual([first.db.id, true]);
    expect(await workspace.containers()).toHaveLength(1);
    await using clone = await second.db.isolate();
    for (const { url } of [second.db, clone]) {
      expect(await askPostgres(url, tables)).toEqual([{ relname: "new" }]);
      expect(await askPostgres(url, "show work_mem")).toEqual([{ work_mem: "4MB" }]);
      expect(await askPostgres(url, "select extname from pg_extension")).toEqual([{ extname: "plpgsql" }]);
    }
    const databases = await askPostgres(second.db.url, "select datname from pg_database where datname like 'test_%'");
    expect(databases).toContainEqual({ datname: clone.database });
    expect(databases).not.toContainEqual({ datname: part.database });
    expect(await askPostgres(clone.url, "select rolcreaterole from pg_roles where rolname = current_user")).toEqual([
      { rolcreaterole: false },
    ]);
  });

  test("is initialised once for all who want it", async ({ start, workspace }) => {
    const first = await start("create table old (id int)");
    await first.end();
    const migration = "create table new as select gen_random_uuid() as id";
    await workspace.write({ "1.sql": migration });

    const others = await Promise.all([start(migration), start(migration), start(migration)]);

    expect(new Set(others.map(({ db }) => db.id))).toEqual(new Set([first.db.id]));
    expect(others.filter(({ isRenewed }) => isRenewed)).toHaveLength(1);
    const ids = others.map(async ({ db }) => {
      await using part = await db.isolate();
      return (await askPostgres(part.url, "select id::text from new"))[0];
    });
    expect(new Set((await Promise.all(ids)).map((row) => JSON.stringify(row))).size).toBe(1);
  });

  test("is left alone while somebody uses it, who goes on as before", async ({ start, workspace }) => {
    const first = await start("create table old (id int)");

    const second = await start("create table new (id int)");

    expect([second.db.id === first.db.id, second.isRenewed]).toEqual([false, false]);
    expect(await workspace.containers()).toHaveLength(2);
    expect(await askPostgres(first.db.url, tables)).toEqual([{ relname: "old" }]);
    await using part = await first.db.isolate();
    expect(await askPostgres(part.url, tables)).toEqual([{ relname: "old" }]);
  });

  test("is left alone while the database of a failed test is kept there", async ({ start }) => {
    const first = await start("create table old (id int)");
    const part = await first.db.isolate();
    expect(part.keep(60_000)).toBe(60_000);
    await part[Symbol.asyncDispose]();
    await first.end();

    const second = await start("create table new (id int)");

    expect(second.db.id).not.toBe(first.db.id);
    expect(await askPostgres(part.url, tables)).toEqual([{ relname: "old" }]);
  });

  test.for<[string, PostgresOptions]>([
    ["tests are the superuser", { superuser: true }],
    ["a script of the image has made something", ofTheImage("create table of_the_image (id int)")],
    ["a script of the image has made a database", ofTheImage("create database of_the_image")],
    ["a script of the image has closed its schema", ofTheImage("revoke all on schema public from public")],
    ["a script of the image has closed its database", ofTheImage("revoke connect on database test from public")],
  ])("is replaced where %s", async ([, options], { start }) => {
    const first = await start("create table old (id int)", options);
    await first.end();

    const second = await start("create table new (id int)", options);

    expect([second.db.id === first.db.id, second.isRenewed]).toEqual([false, false]);
    expect(await askPostgres(second.db.url, tables)).toContainEqual({ relname: "new" });
  });

  test("is another one where more than the migrations has changed", async ({ start }) => {
    const first = await start("create table old (id int)");
    await first.end();

    const second = await start("create table new (id int)", { settings: { work_mem: "5MB" } });

    expect([second.db.id === first.db.id, second.isRenewed]).toEqual([false, false]);
  });

  test("is gone when they fail, which is told as ever", async ({ start, workspace }) => {
    const first = await start("create table old (id int)");
    await first.end();

    const error = await failureOf(start("create table new (id itn)"));
    const third = await start("create table new (id int)");

    expect((error as Error).message).toBe('A migration of db failed at 1.sql:1: type "itn" does not exist');
    expect(third.db.id).not.toBe(first.db.id);
    expect(await workspace.containers()).toHaveLength(1);
  });
});
