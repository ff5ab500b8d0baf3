import type { Renewal, ServicePlan } from "../../container/service-plan.ts";
import type { ServiceConnection } from "../../container/service-connection.ts";
import type { ContainerSpec, Json, MountSpec } from "../../spec/container-spec.ts";
import { readEnvFiles } from "../env-files.ts";
import { planSpec, publishedPort } from "../plan-spec.ts";
import { secretFile } from "../secret-files.ts";
import { carePlan } from "../care-plan.ts";
import { planTerms } from "../resolve-options.ts";
import type { PendingPlan, PlanContext } from "../service-definition.ts";
import type { Migration } from "./migrations.ts";
import { readInputs, readMigrations } from "./migrations.ts";
import { clearServer } from "./clear-server.ts";
import type { PostgresIsolationMode } from "./postgres-isolation.ts";
import type { AnyPostgresOptions } from "./postgres-options.ts";
import { initialise } from "./initialise.ts";
import { optionsByVariable } from "./image-variables.ts";
import { INTERNAL_SUPERUSER } from "./internal-superuser.ts";
import { POSTGRES_PORT } from "./postgres-port.ts";
import { migrateWith } from "./run-migrate.ts";
import { takeSnapshot } from "./server-snapshot.ts";

/** How long the database of a test that failed is kept, in milliseconds. */
const KEEP_FAILED_MS = 10 * 60_000;

const PASSWORD_FILE = "/etc/cleanroom/postgres-password";
const MEMORY_DIRECTORY = "/var/lib/cleanroom";
const DATA_DIRECTORY = `${MEMORY_DIRECTORY}/pgdata`;

/**
 * Many workers share the server, each with pools of its own; a hundred connections, the default, are soon used up. One costs
 * 35 KB. Each copy of a database is a checkpoint or two, which would be most of the log.
 */
const settingsForTests = { max_connections: "500", log_checkpoints: "off" };

/** A crash of a test server loses nothing that anybody needs. Source: https://www.postgresql.org/docs/current/non-durability.html */
const settingsWithoutDurability = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };

/** Decides everything about a PostgreSQL container. Its options are valid. */
export async function planPostgres(
  image: string,
  options: AnyPostgresOptions,
  context: PlanContext,
): Promise<PendingPlan> {
  const { durable = false, database = "test", extensions = [] } = options;
  const settings = await settingsOf(options, context);
  const division = divisionOf(options);
  const users = usersOf(options, context);
  const { username, password, superuser = username, superuserPassword = password } = users;
  const [specWith, files] = await Promise.all([
    planSpec(
      {
        image,
        ports: [publishedPort(POSTGRES_PORT, options.hostPort)],
        files: [secretFile(PASSWORD_FILE, superuserPassword)],
        env: imageEnvironment(database, superuser, durable),
        optionsByVariable,
        mounts: durable ? [] : [memoryMount()],
        engineOptions: {},
        process: {
          command: ["postgres", ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
        },
      },
      options,
      context,
    ),
    readFiles(options, context),
  ]);
  const spec = specWith(options.env ?? {});
  const probe = { kind: "postgres", port: POSTGRES_PORT } as const;
  const plan: ServicePlan = {
    spec,
    probe,
    care: carePlan(options, { probe, restartProblem: restartProblemOf(options, context) }),
    ...planTerms(options),
    fingerprint: {
      username,
      extensions,
      ...fingerprintOf(files),
      migrate: migrateText(options),
      ...division.fingerprint,
    },
    secrets: [password],
    parts: division.parts,
    details: {
      database,
      ...users,
      durable: String(durable),
      keepFailedMs: String(keepFailedMs(options, context)),
      ...division.details,
    },
    prepare: prepareWith(options, files, context),
    renewal: renewalOf(options, spec, { username, ...division.fingerprint }),
    ...(canBeKept(spec, options) && {
      snapshot: (connection: ServiceConnection) => takeSnapshot(connection, MEMORY_DIRECTORY),
    }),
  };
  return () => plan;
}

/** Its migrations and parts would be gone. Of what was set up by connections that a restart ends, it knows nothing. */
function restartProblemOf(options: AnyPostgresOptions, { name }: PlanContext): string | undefined {
  const mode = modeOf(options);
  if (options.durable !== true) {
    return `${name} cannot be restarted: its data is in memory, which a restart empties.\nSet \`durable: true\` in its options.`;
  }
  if (mode === "clone" || mode === "schema") return undefined;
  return `${name} cannot be restarted: its parts are connections (\`isolation.mode\` is ${mode}), which a restart ends.`;
}

/** Where tests are the superuser, or commands ran in it, there may be changes that nobody can find out. */
function renewalOf({ superuser }: AnyPostgresOptions, { init }: ContainerSpec, fingerprint: Json): Renewal | undefined {
  return superuser === true || init !== undefined ? undefined : { fingerprint, clear: clearServer };
}

async function settingsOf(
  { durable = false, envFiles = [], env, settings }: AnyPostgresOptions,
  context: PlanContext,
): Promise<Readonly<Record<string, string>>> {
  const { timeZone } = context.defaults;
  const own = { ...(await readEnvFiles(envFiles, { ...context, optionsByVariable })), ...env };
  // Of `TZ` only what makes the server takes note, and an image may come with one.
  const hasZone = timeZone !== undefined && own["TZ"] === undefined;
  const place = hasZone ? { timezone: timeZone, log_timezone: timeZone } : {};
  return { ...settingsForTests, ...place, ...(durable ? {} : settingsWithoutDurability), ...settings };
}

/** How parts are had of it. */
interface Division extends Required<Pick<ServicePlan, "parts">> {
  readonly fingerprint: Readonly<Record<string, Json>>;
  readonly details: Readonly<Record<string, string>>;
}

const partsByMode: { readonly [Mode in PostgresIsolationMode]: Division["parts"] } = {
  clone: "postgres-databases",
  reset: "postgres-reset-databases",
  transaction: "postgres-databases", // A process that has one begins transactions there.
  schema: "postgres-schemas",
};

function divisionOf(options: AnyPostgresOptions): Division {
  const { ignoredTables = [] } = options.isolation ?? {};
  const mode = modeOf(options);
  const division = { parts: partsByMode[mode], fingerprint: { mode }, details: { isolation: mode } };
  if (mode !== "reset") return division;
  const details = { ...division.details, ignoredTables: JSON.stringify(ignoredTables) };
  return { ...division, fingerprint: { mode, ignoredTables }, details };
}

function modeOf({ isolation: { mode = "clone" } = {} }: AnyPostgresOptions): PostgresIsolationMode {
  return mode;
}

/** What makes a new server what the options say. */
function prepareWith(
  options: AnyPostgresOptions,
  { migrations, seeds }: NamedFiles,
  context: PlanContext,
): NonNullable<ServicePlan["prepare"]> {
  const { extensions = [] } = options;
  const { ignoredTables } = options.isolation ?? {};
  const migrate = options.migrate === undefined ? undefined : migrateWith(options.migrate, context);
  const content = { extensions, migrations, migrate, seeds, ignoredTables, hasSchemas: modeOf(options) === "schema" };
  return (connection, signal) => initialise(connection, content, signal);
}

/** What the options name files for. */
export interface NamedFiles {
  /** SQL files that migrate. */
  readonly migrations: readonly Migration[];
  /** SQL files that come last. */
  readonly seeds: readonly Migration[];
  /** What else migrating depends on. */
  readonly inputs: Awaited<ReturnType<typeof readInputs>>;
}

/** Reads the files that the options name. */
export async function readFiles(options: AnyPostgresOptions, context: PlanContext): Promise<NamedFiles> {
  const [migrations, inputs, seeds] = await Promise.all([
    readMigrations(options.migrations ?? [], context),
    readInputs(options.migrate?.inputs ?? [], { ...context, option: "migrate.inputs" }),
    readMigrations(options.seeds ?? [], { ...context, option: "seeds" }),
  ]);
  return { migrations, inputs, seeds };
}

/** What of the files belongs to the key. */
export function fingerprintOf({ migrations, seeds, inputs }: NamedFiles): Readonly<Record<keyof NamedFiles, Json>> {
  const [migrationPairs, seedPairs] = [migrations, seeds].map((files) => files.map(({ file, sql }) => [file, sql]));
  return { migrations: migrationPairs ?? [], seeds: seedPairs ?? [], inputs };
}

/** What migrates, as it is written. */
export function migrateText({ migrate }: AnyPostgresOptions): Json {
  if (migrate === undefined) return null;
  return "run" in migrate ? [String(migrate.run)] : [migrate.command, String(migrate.env)];
}

/** Who can log in. */
interface Users extends Readonly<Record<string, string>> {
  /** Whom tests connect as. */
  readonly username: string;
  /** That user's password. */
  readonly password: string;
}

/** Cleanroom itself connects as another one, where tests must not be able to do what it does. */
function usersOf({ username = "test", password, superuser }: AnyPostgresOptions, { passwordFor }: PlanContext): Users {
  const user = { username, password: password ?? passwordFor("server") };
  if (superuser === true) return user;
  return { ...user, superuser: INTERNAL_SUPERUSER, superuserPassword: passwordFor("superuser") };
}

/**
 * The image's own variables, as @testcontainers/postgresql sets them, but with the password in a file: the environment of a
 * container can be read by whoever may inspect it.
 */
function imageEnvironment(database: string, superuser: string, durable: boolean): Readonly<Record<string, string>> {
  const names = { POSTGRES_DB: database, POSTGRES_USER: superuser, POSTGRES_PASSWORD_FILE: PASSWORD_FILE };
  if (durable) return names;
  return { ...names, PGDATA: DATA_DIRECTORY, POSTGRES_INITDB_ARGS: "--no-sync" };
}

/** How long the database of a test that failed is kept, in milliseconds. In CI nobody can look at it. */
export function keepFailedMs({ isolation }: AnyPostgresOptions, { variables }: PlanContext): number {
  const isInCi = !["", "0", "false"].includes(variables()["CI"] ?? "");
  return isolation?.keepFailedMs ?? (isInCi ? 0 : KEEP_FAILED_MS);
}

/**
 * Whether the state of a server may become an image: only what is in memory, where we put it, and not what commands have made
 * elsewhere; and no secret of the user's, such as a password, whose verifier could be guessed from. Ours cannot.
 */
function canBeKept({ env, init }: ContainerSpec, { durable = false, password, secrets }: AnyPostgresOptions): boolean {
  const isWhereWePutIt = env["PGDATA"] === DATA_DIRECTORY && env["POSTGRES_INITDB_WALDIR"] === undefined;
  const isOurs = [init, password, secrets].every((given) => given === undefined);
  return !durable && isOurs && isWhereWePutIt;
}

/** A directory of its own: images disagree about where data lives, and 18 refuses a mount at the older place. */
function memoryMount(): MountSpec {
  return { type: "tmpfs", target: MEMORY_DIRECTORY, mode: 0o1777 };
}
