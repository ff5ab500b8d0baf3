import pg from "pg";
import { expect } from "vitest";
import { postgres } from "../../src/index.ts";
import { images, test } from "../support/workspace.ts";

test("the dump of a database that is reset can be restored by an ordinary user, and has nothing of what notes the writes", async ({
  workspace,
}) => {
  await workspace.write({ "schema.sql": "CREATE TABLE note (text text); INSERT INTO note VALUES ('first')" });
  const options = { migrations: ["schema.sql"], isolation: { mode: "reset" } } as const;
  const { services } = await workspace.start({ db: postgres(images.postgres, options) });
  await using database = await services.db.isolate();
  const client = new pg.Client(database.url);
  await client.connect();
  await client.query("INSERT INTO note VALUES ('second')");
  await client.query("ALTER TABLE note DISABLE TRIGGER USER");
  const { rows } = await client.query("SELECT FROM pg_trigger WHERE tgname LIKE 'cleanroom_marks%'");
  expect(rows).not.toEqual([]);
  await client.end();

  const sql = await database.dump();

  expect(sql).not.toMatch(/^[^-].*cleanroom_marks/m);
  await workspace.write({ "dump.sql": sql });
  const files = [{ source: "dump.sql", target: "/dump.sql" }];
  const restored = await workspace.start({ restored: postgres(images.postgres, { files }) });
  const { username, password, database: name } = restored.services.restored;
  const login = ["-h", "127.0.0.1", "-U", username, "-d", name];
  const psql = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", ...login];
  const env = { PGPASSWORD: password };
  const { stderr } = await restored.services.restored.exec([...psql, "-f", "/dump.sql"], { env });
  expect(stderr).toBe("");
  const { stdout } = await restored.services.restored.exec([...psql, "-At", "-c", "TABLE note"], { env });
  expect(stdout).toBe("first\nsecond\n");
});
