import { hostPort } from "../../container/host-port.ts";
import type { ServiceConnection } from "../../container/service-connection.ts";
import { codeOf } from "../connection-loss.ts";
import { messageOf } from "../../errors/describe.ts";
import type { MigrationErrorDetails } from "../../errors/migration-error.ts";
import { MigrationError } from "../../errors/migration-error.ts";
import { abortable } from "../../time/abortable.ts";
import type { PlanContext } from "../service-definition.ts";
import type { MigrationCommand, MigrationFunction } from "./migrate-options.ts";
import { POSTGRES_PORT } from "./postgres-port.ts";
import type { PostgresAddress } from "./postgres-url.ts";
import { postgresUrl } from "./postgres-url.ts";
import { lacksRights, rightsHint } from "./rights-hint.ts";
import type { CommandEnd } from "./run-command.ts";
import { runCommand } from "./run-command.ts";

/** Runs a migration that is not a SQL file, against a server that is ready for it. */
export type Migrate = (connection: ServiceConnection, signal: AbortSignal) => Promise<void>;

/**
 * The migration as a function or a command describes it.
 *
 * @returns A function that throws MigrationError when the migration fails, and the signal's reason.
 */
export function migrateWith(migration: MigrationFunction | MigrationCommand, context: PlanContext): Migrate {
  return "run" in migration
    ? (connection, signal) => runFunction(migration, connection, signal)
    : (connection, signal) => runProgram(migration, context, connection, signal);
}

/** Source: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const OBJECT_IN_USE = "55006";

/** Tells that a database cannot be copied because whoever migrated it has not left it; any other error stays as it is. */
export function explainConnectionsLeft(error: unknown, connection: ServiceConnection): unknown {
  if (codeOf(error) !== OBJECT_IN_USE) return error;
  const reason = "connections to its database are still open; close what `migrate` opens";
  return failure(connection, { reason }, error);
}

async function runFunction(
  { run }: MigrationFunction,
  connection: ServiceConnection,
  signal: AbortSignal,
): Promise<void> {
  const url = postgresUrl(addressOf(connection));
  try {
    await abortable((async () => run({ url, signal }))(), signal);
  } catch (error) {
    signal.throwIfAborted();
    const hint = lacksRights(error) ? rightsHint(connection) : undefined;
    throw failure(connection, { reason: messageOf(error), hint }, error);
  }
}

async function runProgram(
  migration: MigrationCommand,
  { rootDirectory, variables }: PlanContext,
  connection: ServiceConnection,
  signal: AbortSignal,
): Promise<void> {
  const { command, env } = migration;
  const address = addressOf(connection);
  const url = postgresUrl(address);
  const ownVariables = { ...databaseVariables(address, url), ...env?.(url) };
  const local = { command, directory: rootDirectory, variables: { ...withoutDatabase(variables()), ...ownVariables } };
  const end = await runCommand(local, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    throw failure(connection, { command, reason: `it could not be started: ${messageOf(error)}` }, error);
  });
  if (end.exitCode !== 0) throw failure(connection, { command, ...endingOf(end, connection) });
}

function addressOf(connection: ServiceConnection): PostgresAddress {
  const { username = "", password = "", database = "", parameters } = connection.details;
  return { username, password, database, parameters, host: connection.host, port: hostPort(connection, POSTGRES_PORT) };
}

/** Source: https://www.postgresql.org/docs/current/libpq-envars.html */
function databaseVariables({ host, port, username, password, database }: PostgresAddress, url: string): Variables {
  return {
    DATABASE_URL: url,
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: username,
    PGPASSWORD: password,
    PGDATABASE: database,
  };
}

type Variables = Readonly<Record<string, string>>;

/** What leads this process to another database, or asks for an encryption that the server does not know. */
function withoutDatabase(variables: Variables): Variables {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !/^PG[A-Z]+$/i.test(name)));
}

type Failure = Pick<MigrationErrorDetails, "command" | "exitCode" | "output" | "reason"> & {
  readonly hint?: string | undefined;
};

/** Tools print what they were given, so that the password may be in what they say. */
function endingOf({ exitCode, signalName, outputTail }: CommandEnd, connection: ServiceConnection): Failure {
  const { password = "" } = connection.details;
  const output = withoutPassword(outputTail, password);
  const hint = /\b42501\b|permission denied/i.test(output) ? rightsHint(connection) : undefined;
  if (exitCode === null) return { reason: `${signalName} ended it`, output, hint };
  return { reason: `it exited with code ${exitCode}`, exitCode, output, hint };
}

/** One that is empty is nowhere. */
function withoutPassword(text: string, password: string): string {
  if (password === "") return text;
  return text.replaceAll(password, "***").replaceAll(encodeURIComponent(password), "***");
}

function failure({ name }: ServiceConnection, { hint, ...rest }: Failure, cause?: unknown): MigrationError {
  return new MigrationError({ container: name, ...rest, ...(hint !== undefined && { hint }) }, cause);
}
