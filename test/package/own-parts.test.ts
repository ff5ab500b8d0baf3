import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CleanroomEnvironment } from "cleanroom-test";
import { createConnection } from "mysql2/promise";
import { expect, onTestFinished, test, vi } from "vitest";
import { testDatabases } from "../support/ask-mariadb.ts";
import * as engine from "../support/engine.ts";
import { runVitest } from "../support/run-vitest.ts";
import config from "../projects/vitest/own-parts/cleanroom.config.ts";

const root = fileURLToPath(new URL("../projects/vitest/own-parts", import.meta.url));
const project = `dev.cleanroom.project=${root}`;

/** A file in which a run notes which databases its tests had. */
async function notes(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "cleanroom-notes-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return join(directory, "notes");
}

test("20 tests in 4 workers have a database each on one MariaDB, and none of them is left", async () => {
  const startedAtMs = Date.now();
  const file = await notes();
  // Uses the server as well, so that it is there when the run has ended.
  const environment = await CleanroomEnvironment.start(config, { rootDirectory: root });
  onTestFinished(async () => {
    await environment.cleanup();
  });
  const { host, port } = { host: environment.services.db.host, port: environment.services.db.port() };
  const server = `mysql://root:test@${host}:${port}/`;

  const { exitCode, counts, output } = await runVitest(root, { args: ["same-seat"], env: { NOTES: file } });

  expect({ exitCode, counts }, output).toEqual({ exitCode: 0, counts: { passed: 20, failed: 0 } });
  const names = (await readFile(file, "utf8")).trimEnd().split("\n");
  expect(new Set(names).size).toBe(20);
  await vi.waitUntil(async () => !(await testDatabases(server)).some((name) => names.includes(name)), {
    timeout: 20_000,
  });
  const created = await engine.createdSince(startedAtMs, project);
  expect(created.map((labels) => labels["dev.cleanroom.service"])).toEqual(["db"]);
  const connection = await createConnection(server);
  const [templates] = await connection.query("SHOW DATABASES LIKE 'template'");
  await connection.end();
  expect(templates).toHaveLength(1);

  expect((await environment.cleanup()).errors).toEqual([]);
  expect(await engine.containersLabelled(project)).toEqual([]);
});

test("tests that share one database conflict, so the test above means something", async () => {
  const env = { NOTES: await notes(), SHARE_DATABASE: "1" };
  const { counts } = await runVitest(root, { args: ["same-seat"], env });

  expect(counts).toEqual({ passed: 1, failed: 19 });
  expect(await engine.containersLabelled(project)).toEqual([]);
});

test("a test that fails tells where its database was, and what the server logged last", async () => {
  const { failures, counts } = await runVitest(root, { args: ["failing"] });

  expect(counts).toEqual({ passed: 1, failed: 1 });
  const report = failures["fails"] ?? "";
  const [, database = "none"] = /expected '(test_\w+)' to be/.exec(report) ?? [];
  expect(report).toMatch(new RegExp(`^db was at mysql://root:test@127\\.0\\.0\\.1:\\d+/${database}$`, "m"));
  expect(report).toMatch(/^The last log lines of db, which other tests may share:$/m);
  expect(report).toMatch(/^ {2}\| .*Access denied for user 'root'/m);
});
