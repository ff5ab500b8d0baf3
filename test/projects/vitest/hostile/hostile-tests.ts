import { cleanroomTest } from "cleanroom-test/vitest/test";
import pg from "pg";
import { visitDatabase } from "../../hostile/visit-database.ts";
import config from "./cleanroom.config.ts";

const base = cleanroomTest(config);

/** Connected to the test's own database, or to the one that all share: then they get in each other's way. */
const test = base.extend<{ client: pg.Client }>({
  client: async ({ db }, use) => {
    const client = new pg.Client(process.env["SHARED"] === "true" ? db.server.url : db.url);
    client.on("error", () => undefined); // Some are left open.
    await client.connect();
    await use(client);
  },
});

/** Does, in one database, what would disturb any other test in it. */
export function hostileTests(count: number): void {
  test.for(Array.from({ length: count }, (_, index) => index))("number %i", (index, { client }) =>
    visitDatabase(client, index),
  );
}
