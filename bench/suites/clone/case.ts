import { cleanroomTest } from "cleanroom-test/vitest/test";
import pg from "pg";
import { expect } from "vitest";
import config from "./cleanroom.config.ts";

const test = cleanroomTest(config);

for (let number = 1; number <= 10; number++) {
  test(`writes to a database of its own, ${number}`, async ({ db }) => {
    const client = new pg.Client(db.connectionString);
    await client.connect();
    await client.query("INSERT INTO note VALUES ('mine')");
    expect((await client.query("SELECT * FROM note")).rowCount).toBe(1);
    await client.end();
  });
}
