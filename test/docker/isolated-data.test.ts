import { fileURLToPath } from "node:url";
import { describe, expect } from "vitest";
import { postgres } from "../../src/index.ts";
import { askPostgres } from "../support/ask-postgres.ts";
import { runProcess } from "../support/run-process.ts";
import { images, test, type Workspace } from "../support/workspace.ts";

const program = fileURLToPath(new URL("programs/same-key.ts", import.meta.url));
const WORKERS = 4;

/** How many of four workers' tests found another's key. */
async function conflictsOf({ directory }: Workspace, whose: "own" | "shared"): Promise<number> {
  const runs = await Promise.all(Array.from({ length: WORKERS }, () => runProcess([program, directory, whose])));
  for (const { exitCode, output } of runs) if (exitCode !== 0) throw new Error(output);
  return runs.reduce((sum, { output }) => sum + Number(output), 0);
}

describe("four workers of fifty tests, each of which inserts the same unique key,", () => {
  test("into a database of its own, do not get in each other's way", { timeout: 180_000 }, async ({ workspace }) => {
    await workspace.write({ "schema.sql": "CREATE TABLE customer (email text PRIMARY KEY);" });
    // While it is held here, what all of them use is one server.
    const { services } = await workspace.start({ db: postgres(images.postgres, { migrations: ["*.sql"] }) });

    expect(await conflictsOf(workspace, "own")).toBe(0);
    expect((await workspace.containers()).map(({ Id }) => Id)).toEqual([services.db.id]);
    const left = await askPostgres<{ left: number }>(
      services.db.connectionString,
      "SELECT count(*)::int AS left FROM customer",
    );
    expect(left).toEqual([{ left: 0 }]);
  });

  test("into one for all, do: the control", { timeout: 180_000 }, async ({ workspace }) => {
    await workspace.write({ "schema.sql": "CREATE TABLE customer (email text PRIMARY KEY);" });
    await workspace.start({ db: postgres(images.postgres, { migrations: ["*.sql"] }) });

    expect(await conflictsOf(workspace, "shared")).toBe(199);
  });
});
