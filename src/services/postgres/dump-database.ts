import type { ServiceConnection } from "../../container/service-connection.ts";
import { IsolationError } from "../../errors/isolation-error.ts";
import { TimeoutError } from "../../errors/timeout-error.ts";
import { Deadline } from "../../time/deadline.ts";
import { systemClock } from "../../time/system-clock.ts";
import type { ContainerAccess } from "../container-access.ts";
import { isolating } from "../isolating.ts";
import { maintenanceConnection } from "./postgres-client.ts";
import { POSTGRES_PORT } from "./postgres-port.ts";
import { WITHOUT_MARKS_SCHEMA, withoutMarks } from "./reset/without-marks.ts";

/** Which database of which server, and how to get inside that. */
export interface DumpRequest {
  /** The server. */
  readonly connection: ServiceConnection;
  /** What can be asked of its container. */
  readonly access: Pick<ContainerAccess, "exec">;
  /** Name of the database. */
  readonly database: string;
}

/** The largest database that is dumped: all of it is in this process for a moment. */
const MAX_BYTES = 50 * 1024 * 1024;

/** How long it may take, in milliseconds. */
const TIMEOUT_MS = 30_000;

/**
 * What is in a database, as SQL that `psql` reads, without owners, privileges, and what notes the writes of tests. The server's own `pg_dump` writes it, inside
 * its container.
 *
 * @throws IsolationError when the database is too large, or `pg_dump` fails; TimeoutError; UnsupportedError where there is no
 * container; the signal's reason.
 */
export async function dumpDatabase(request: DumpRequest, signal?: AbortSignal): Promise<string> {
  const { connection, database } = request;
  const operation = `dump ${database} of ${connection.name}`;
  const onExpire = (elapsedMs: number): Error => new TimeoutError({ operation, timeoutMs: TIMEOUT_MS, elapsedMs });
  using deadline = new Deadline({ clock: systemClock, timeoutMs: TIMEOUT_MS, signal, onExpire });
  const task = { container: connection.name, operation, signal: deadline.signal };
  const sizeBytes = await sizeOf(request, task);
  if (sizeBytes > MAX_BYTES) {
    const reason = `it has ${megabytes(sizeBytes)} MB.`;
    throw failure(request, operation, reason, `Databases of up to ${megabytes(MAX_BYTES)} MB are dumped.`);
  }
  const { exitCode, stdout, stderr } = await isolating(task, () => runDump(request, deadline.signal));
  if (exitCode === 0) return withoutMarks(stdout);
  throw failure(request, operation, stderr.trim().split("\n").at(-1) ?? "", "See what its `logs()` say.");
}

type Task = Parameters<typeof isolating>[0];

async function sizeOf({ connection, database }: DumpRequest, task: Task): Promise<number> {
  await using maintenance = maintenanceConnection(connection);
  return await isolating(task, (turn) =>
    maintenance.use(async (client) => {
      const query = "SELECT pg_catalog.pg_database_size($1)::float8 AS size";
      const { rows } = await client.query<{ size: number }>(query, [database]);
      return rows[0]?.size ?? 0;
    }, turn),
  );
}

/** The password is not among the arguments, which whoever lists processes can read. */
function runDump(
  { connection, access, database }: DumpRequest,
  signal: AbortSignal,
): ReturnType<ContainerAccess["exec"]> {
  const { username = "", password = "", superuser = username, superuserPassword = password } = connection.details;
  const server = ["--host=127.0.0.1", `--port=${POSTGRES_PORT}`, `--username=${superuser}`, "--no-password"];
  const command = [
    "pg_dump",
    ...server,
    "--no-owner",
    "--no-privileges",
    WITHOUT_MARKS_SCHEMA,
    `--dbname=${nameAlone(database)}`,
  ];
  return access.exec(command, { env: { PGPASSWORD: superuserPassword, PGCLIENTENCODING: "UTF8" } }, signal);
}

/** A name with a `=`, or one like a URL, would be taken for the address of a server. */
function nameAlone(database: string): string {
  return `dbname='${database.replaceAll(/['\\]/g, "\\$&")}'`;
}

function failure({ connection }: DumpRequest, operation: string, reason: string, hint: string): IsolationError {
  return new IsolationError({ container: connection.name, operation, failure: "failed", reason, hint });
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}
