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

async function read(...patterns: readonly string[]): Promise<unknown> {
  await using directory = await directoryWith(files);
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
