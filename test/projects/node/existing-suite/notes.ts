import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, test } from "node:test";
import { pool } from "./app.ts";

/** The same tests in several files: each needs an empty table. */
export function testNotes(): void {
  after(() => pool.end());

  test("finds no notes and writes one", async () => {
    assert.deepEqual((await pool.query("SELECT * FROM note")).rows, []);
    await pool.query("INSERT INTO note VALUES ('once')");
  });

  test("a process that a test starts has the same database", () => {
    const asked = execFileSync(process.execPath, [...process.execArgv, "-p", "process.env.PGDATABASE"], {
      encoding: "utf8",
    });
    assert.equal(asked.trim(), process.env["PGDATABASE"]);
  });
}
