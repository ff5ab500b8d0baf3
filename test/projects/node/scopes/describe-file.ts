import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { useServices } from "cleanroom-test/node";
import pg from "pg";
import config from "./cleanroom.config.ts";

/** What the tests of a file share, in several suites as well. */
export function describeFile(): void {
  for (const suite of ["first", "second"]) {
    describe(suite, () => {
      const services = useServices(config, "db", "other");
      let client: pg.Client;

      before(async () => {
        client = new pg.Client(services.db.connectionString);
        await client.connect();
        await client.query("INSERT INTO note VALUES ($1)", [suite]);
      });

      after(() => client.end());

      test("finds what its hooks wrote, and the suite before", async () => {
        const { rows } = await client.query<{ text: string }>("SELECT text, current_database() FROM note");
        assert.deepEqual(
          rows.map(({ text }) => text),
          suite === "first" ? ["first"] : ["first", "second"],
        );
        appendFileSync(
          process.env["SEEN_DATABASES"] ?? "/dev/null",
          `${services.db.database} ${services.other.database}\n`,
        );
      });
    });
  }
}
