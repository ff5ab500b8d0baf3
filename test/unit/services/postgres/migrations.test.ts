import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ConfigurationError } from "../../../../src/index.ts";
import { readMigrations } from "../../../../src/services/postgres/migrations.ts";
import { outcomeOf } from "../../support/outcome.ts";
import { contextWith, directoryWith } from "../../support/plans.ts";

const files = {
  "sql/002_b.sql": "b",
  "sql/001_a.sql": "a",
  "sql/010_c.sql": "c",
  "sql/readme.md": "no migration",
  "seed.sql": "seed",
};

function read(...patterns: readonly string[]): Promise<unknown> {
  return readAfter(() => Promise.resolve(), ...patterns);
}

/** What is read after something was changed in the directory. */
async function readAfter(
  prepare: (directory: string) => Promise<unknown>,
  ...patterns: readonly string[]
): Promise<unknown> {
  await using directory = await directoryWith(files);
  await prepare(directory.path);
  const context = contextWith({ rootDirectory: directory.path });
  const outcome = await outcomeOf(readMigrations(patterns, context));
  return outcome instanceof ConfigurationError ? outcome.message.replaceAll(directory.path, "ROOT") : outcome;
}

describe("migrations", () => {
  test("of a pattern come in the order of their names", async () => {
    expect(await read("sql/*.sql")).toEqual([
      { file: "sql/001_a.sql", sql: "a" },
      { file: "sql/002_b.sql", sql: "b" },
      { file: "sql/010_c.sql", sql: "c" },
    ]);
  });

  test("of several patterns come in the order of the patterns, each file once", async () => {
    expect(await read("seed.sql", "sql/002_*.sql", "sql/*.sql")).toEqual([
      { file: "seed.sql", sql: "seed" },
      { file: "sql/002_b.sql", sql: "b" },
      { file: "sql/001_a.sql", sql: "a" },
      { file: "sql/010_c.sql", sql: "c" },
    ]);
  });

  test("that are written in two ways are still the same file", async () => {
    expect(await read("./seed.sql", "seed.sql")).toEqual([{ file: "seed.sql", sql: "seed" }]);
  });

  test("that nobody asks for are none", async () => {
    expect(await read()).toEqual([]);
  });

  test("that are missing are told, with the directory that was looked in", async () => {
    expect(await read("sql/*.sql", "migrations/*.sql")).toBe(
      'db is not valid:\n  migrations: no file matches "migrations/*.sql" in ROOT',
    );
  });
});

describe("the text of a migration", () => {
  const readBytes = (bytes: Uint8Array): Promise<unknown> =>
    readAfter((directory) => writeFile(join(directory, "one.sql"), bytes), "one.sql");

  test("is without the byte order mark that some editors put before it, and only that", async () => {
    expect(await readBytes(Buffer.from("\uFEFFselect '\uFEFF\uFFFD'"))).toEqual([
      { file: "one.sql", sql: "select '\uFEFF\uFFFD'" },
    ]);
  });

  test.for([
    ["Latin-1", Buffer.from("select 'é'", "latin1"), "byte 9 is 0xe9"],
    ["UTF-16", Buffer.from("\uFEFFselect 1", "utf16le"), "byte 1 is 0xff"],
    ["cut off", Buffer.from("-- €").subarray(0, 5), "byte 4 is 0xe2"],
  ] as const)("must be UTF-8: %s", async ([, bytes, where]) => {
    expect(await readBytes(bytes)).toBe(
      `db is not valid:\n  migrations: one.sql is not UTF-8: ${where}; save it as UTF-8`,
    );
  });

  test("is without the lines by which pg_dump restricts psql, and with every other", async () => {
    const dump = "-- a\n\\restrict aB3\n\\connect b\r\n\\unrestrict aB3\r\n \\restrict aB3\n\\restrict\n\\restrict aB3";

    expect(await readBytes(Buffer.from(dump))).toEqual([
      { file: "one.sql", sql: "-- a\n\n\\connect b\r\n\r\n \\restrict aB3\n\\restrict\n" },
    ]);
  });
});

describe("a symbolic link", () => {
  test("to a file is a migration of its own name", async () => {
    const prepare = (directory: string): Promise<unknown> =>
      symlink("../seed.sql", join(directory, "sql", "005_seed.sql"));

    expect(await readAfter(prepare, "sql/00*.sql")).toEqual([
      { file: "sql/001_a.sql", sql: "a" },
      { file: "sql/002_b.sql", sql: "b" },
      { file: "sql/005_seed.sql", sql: "seed" },
    ]);
  });

  test("to a directory is none, and one in a circle ends", async () => {
    const prepare = async (directory: string): Promise<void> => {
      await mkdir(join(directory, "sql", "deep"));
      await symlink("..", join(directory, "sql", "deep", "up.sql"));
    };

    expect(await readAfter(prepare, "sql/**/*.sql")).toEqual([
      { file: "sql/001_a.sql", sql: "a" },
      { file: "sql/002_b.sql", sql: "b" },
      { file: "sql/010_c.sql", sql: "c" },
    ]);
  });

  test("that leads nowhere is told, instead of leaving a migration out", async () => {
    const prepare = (directory: string): Promise<unknown> => symlink("gone.sql", join(directory, "sql", "003_c.sql"));

    expect(await readAfter(prepare, "sql/*.sql")).toBe(
      "db is not valid:\n  migrations: sql/003_c.sql cannot be read: " +
        "ENOENT: no such file or directory, open 'ROOT/sql/003_c.sql'",
    );
  });
});
