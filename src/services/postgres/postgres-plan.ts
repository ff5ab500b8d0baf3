import type { ServicePlan } from "../../container/service-plan.ts";
import type { ServiceConnection } from "../../container/service-connection.ts";
import type { ContainerSpec, MountSpec } from "../../spec/container-spec.ts";
import { planSpec, publishedPort, secretFile } from "../plan-spec.ts";
import { planTerms } from "../resolve-options.ts";
import type { PendingPlan, PlanContext } from "../service-definition.ts";
import { readMigrations } from "./migrations.ts";
import type { PostgresOptions } from "./postgres-options.ts";
import { initialise } from "./initialise.ts";
import { POSTGRES_PORT } from "./postgres-port.ts";
import { takeSnapshot } from "./snapshot.ts";

const PASSWORD_FILE = "/etc/cleanroom/postgres-password";
const MEMORY_DIRECTORY = "/var/lib/cleanroom";
const DATA_DIRECTORY = `${MEMORY_DIRECTORY}/pgdata`;

/** Many workers share the server, each with pools of its own; a hundred, the default, are soon used up. One costs 35 KB. */
const settingsForTests = { max_connections: "500" };

/** A crash of a test server loses nothing that anybody needs. Source: https://www.postgresql.org/docs/current/non-durability.html */
const settingsWithoutDurability = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };

/** Decides everything about a PostgreSQL container. Its options are valid. */
export async function planPostgres(
  image: string,
  options: PostgresOptions,
  context: PlanContext,
): Promise<PendingPlan> {
  const { durable = false, database = "test", username = "test" } = options;
  const password = options.password ?? context.passwordFor("server");
  const settings = { ...settingsForTests, ...(durable ? {} : settingsWithoutDurability), ...options.settings };
  const [specWith, migrations] = await Promise.all([
    planSpec(
      {
        image,
        ports: [publishedPort(POSTGRES_PORT, options.hostPort)],
        files: [secretFile(PASSWORD_FILE, password)],
        mounts: durable ? [] : [memoryMount()],
        engineOptions: {},
        process: {
          command: ["postgres", ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
        },
      },
      options,
      context,
    ),
    readMigrations(options.migrations ?? [], context),
  ]);
  const spec = specWith({ ...imageEnvironment(database, username, durable), ...options.env });
  const plan: ServicePlan = {
    spec,
    probe: { kind: "postgres", port: POSTGRES_PORT },
    ...planTerms(options),
    fingerprint: { migrations: migrations.map(({ file, sql }) => [file, sql]) },
    details: { database, username, password, durable: String(durable) },
    prepare: (connection, signal) => initialise(connection, migrations, signal),
    ...(canBeKept(spec, options) && {
      snapshot: (connection: ServiceConnection) => takeSnapshot(connection, MEMORY_DIRECTORY),
    }),
  };
  return () => plan;
}

/**
 * The image's own variables, as @testcontainers/postgresql sets them, but with the password in a file: the environment of a
 * container can be read by whoever may inspect it.
 */
function imageEnvironment(database: string, username: string, durable: boolean): Readonly<Record<string, string>> {
  const names = { POSTGRES_DB: database, POSTGRES_USER: username, POSTGRES_PASSWORD_FILE: PASSWORD_FILE };
  if (durable) return names;
  return { ...names, PGDATA: DATA_DIRECTORY, POSTGRES_INITDB_ARGS: "--no-sync" };
}

/**
 * Whether the state of a server may become an image: only what is in memory, where we put it; and no password of the
 * user's, whose verifier could be guessed from. Ours cannot.
 */
function canBeKept({ env }: ContainerSpec, { durable = false, password }: PostgresOptions): boolean {
  const isWhereWePutIt = env["PGDATA"] === DATA_DIRECTORY && env["POSTGRES_INITDB_WALDIR"] === undefined;
  return !durable && password === undefined && isWhereWePutIt;
}

/** A directory of its own: images disagree about where data lives, and 18 refuses a mount at the older place. */
function memoryMount(): MountSpec {
  return { type: "tmpfs", target: MEMORY_DIRECTORY, mode: 0o1777 };
}
