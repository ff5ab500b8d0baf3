import { cleanroomTest } from "cleanroom-test/vitest/test";
import { createConnection } from "mysql2/promise";
import config from "../cleanroom.config.ts";

/** Vitest's `test`, with a connection to a database of the test's own. */
export const test = cleanroomTest(config).extend("connection", async ({ db }, { onCleanup }) => {
  const connection = await createConnection(db.url);
  onCleanup(() => connection.end());
  return connection;
});
