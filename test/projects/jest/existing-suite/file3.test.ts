import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { openAccount, owners, pool } from "../../vitest/existing-suite/app.ts";

beforeAll(async () => {
  expect(await owners()).toEqual([]);
  await openAccount("ann");
});

afterAll(() => pool.end());

test("finds what a hook has written", async () => {
  expect(await owners()).toEqual(["ann"]);
});

test("writes", async () => {
  await openAccount("bob");
  await new Promise((resolve) => setTimeout(resolve, 300)); // As long as others take who might be in the same database.
});

test("finds what the test before has written", async () => {
  expect(await owners()).toEqual(["ann", "bob"]);
});

test("has one database for its file, and its parts by whichever names", async () => {
  const { rows } = await pool.query<{ name: string }>("SELECT current_database() AS name");
  expect(process.env["PGDATABASE"]).toBe(rows[0]?.name);
  expect(process.env["DATABASE_URL"]).toContain(`:${process.env["PGPORT"] ?? ""}/`);
});
