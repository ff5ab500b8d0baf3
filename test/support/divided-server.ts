import type { PostgresContainer, PostgresIsolationMode, PostgresParts, ServiceDefinition } from "../../src/index.ts";
import { postgres } from "../../src/index.ts";

/** A server that is divided in one of the ways there are; its migration, `note.sql`, makes a table `note`. */
export function dividedServer<const Mode extends PostgresIsolationMode>(
  mode: Mode,
): ServiceDefinition<PostgresContainer<PostgresParts[Mode]>, PostgresParts[Mode], "test"> {
  return postgres("cleanroom-test/postgres:15", { migrations: ["note.sql"], isolation: { mode } });
}

/** The migration. */
export const noteTable = {
  "note.sql": "CREATE TABLE note (id serial PRIMARY KEY, text text UNIQUE); INSERT INTO note (text) VALUES ('first')",
};
