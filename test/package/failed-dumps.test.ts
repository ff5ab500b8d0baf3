import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import pg from "pg";
import { afterEach, expect, onTestFinished } from "vitest";
import { postgres } from "../../src/index.ts";
import { runPostgres } from "../support/foreign-servers.ts";
import { runVitest } from "../support/run-vitest.ts";
import { images, test } from "../support/workspace.ts";

const root = fileURLToPath(new URL("../projects/vitest/dumped", import.meta.url));
const own = join(root, ".cleanroom");
const directory = join(own, "failed");

afterEach(() => rm(own, { recursive: true, force: true }));

/** Removes the server with the database that is kept. */
async function removeKept(): Promise<void> {
  const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
  await promisify(execFile)(process.execPath, [cli, "down", "--all"]);
}

const WRITTEN = /^What was in it is in (.*)$/m;

test("what a failed test left in its database can be restored from a file", async ({ workspace }) => {
  const { failures, counts } = await runVitest(root, { args: ["-t", "finds|writes a note"] });
  expect(counts).toEqual({ passed: 1, failed: 1 });
  const [, file = ""] = WRITTEN.exec(failures["finds: a note/mistake"] ?? "") ?? [];
  expect(await readdir(directory)).toEqual([expect.stringMatching(/^finds-a-note-mistake-test_[0-9a-f]{12}\.sql$/)]);
  expect(file).toBe(join(directory, (await readdir(directory))[0] ?? ""));
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(join(own, ".gitignore"), "utf8")).toBe("*\n");

  const { services } = await workspace.start({
    db: postgres(images.postgres, { files: [{ source: file, target: "/dump.sql" }] }),
  });
  const { url, username, password, database } = services.db;
  const login = ["-h", "127.0.0.1", "-U", username, "-d", database];
  const psql = ["psql", "-X", "-v", "ON_ERROR_STOP=1", ...login, "-f", "/dump.sql"];
  expect(await services.db.exec(psql, { env: { PGPASSWORD: password } })).toMatchObject({ exitCode: 0, stderr: "" });
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query("SELECT trim(text) AS text FROM note");
  await client.end();
  expect(rows).toEqual([{ text: "of a test that fails" }]);
});

test("one that took too long is dumped as well; one that is too large is not, and that is said", async () => {
  const { failures } = await runVitest(root, { args: ["-t", "too"] });

  const [, file = ""] = WRITTEN.exec(failures["takes too long"] ?? "") ?? [];
  expect(await readFile(file, "utf8")).toContain("CREATE TABLE public.note");
  expect(failures["takes too long"]).toContain("timed out in 500ms");
  expect(failures["writes too much"]).toContain("expected 1 to be 2");
  expect(failures["writes too much"]).toMatch(
    /^What was in it could not be written to a file: IsolationError: Could not dump test_\w+ of db: it has \d+ MB\.$/m,
  );
});

test("nothing is written of a server that exists already, whose password stays out of the report", async () => {
  await using server = await runPostgres();
  const env = { CLEANROOM_URL_DB: server.url("maker") };
  const { failures } = await runVitest(root, { args: ["-t", "finds"], env });

  const report = failures["finds: a note/mistake"] ?? "";
  expect(report).toContain("expected 1 to be 2");
  expect(report).toMatch(/^db was at postgres:\/\/maker:\*\*\*@127\.0\.0\.1:\d+\/cleanroom_\w+$/m);
  expect(report).toMatch(/^What was in it could not be written to a file: UnsupportedError: db is the service that/m);
  expect(existsSync(own)).toBe(false);
});

test("nothing is written for a test that passes, nor for one whose database is kept, nor where it is not wanted", async () => {
  expect((await runVitest(root, { args: ["-t", "writes a note"] })).counts).toEqual({ passed: 1, failed: 0 });
  expect(existsSync(own)).toBe(false);

  const { failures } = await runVitest(root, { args: ["-t", "finds"], env: { DUMP_FAILED: "false" } });
  expect(failures["finds: a note/mistake"]).toContain("db was at postgres://");
  expect(existsSync(own)).toBe(false);

  const run = await runVitest(root, { args: ["-t", "finds"], env: { CI: "" } });
  onTestFinished(removeKept);
  expect(run.failures["finds: a note/mistake"]).toContain("It stays there for 10 min");
  expect(existsSync(own)).toBe(false);
});
