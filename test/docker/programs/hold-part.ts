/**
 * Takes a part of a PostgreSQL server in the directory of its first argument, writes in it, says what it is called, and holds
 * it until it is killed. The second argument is the mode of isolation.
 */
import pg from "pg";
import type { PostgresIsolationMode, PostgresParts } from "../../../src/index.ts";
import { CleanroomEnvironment } from "../../../src/index.ts";
import { dividedServer } from "../../support/divided-server.ts";

const [rootDirectory = "", mode = "clone"] = process.argv.slice(2);
const db = dividedServer(mode as PostgresIsolationMode);
const environment = await CleanroomEnvironment.start({ services: { db } }, { rootDirectory });
const part: PostgresParts[PostgresIsolationMode] = await environment.services.db.isolate();
const client = await clientOf(part);
await client.query("BEGIN");
await client.query("INSERT INTO note (text) VALUES ('of somebody who is killed')");
process.stdout.write(`${"schema" in part ? part.schema : part.database}\n`);
process.stdin.resume();

async function clientOf(taken: typeof part): Promise<pg.Client> {
  if ("client" in taken) return taken.client;
  const own = new pg.Client(taken.url);
  await own.connect();
  return own;
}
