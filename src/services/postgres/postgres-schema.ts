import { z } from "zod";
import { isObject } from "../../errors/is-object.ts";
import { divisibleServiceOptionsShape, environment, isolationShape, partVariables } from "../options-schema.ts";
import { commandLine, hostPort } from "../value-schemas.ts";
import type { TextProperty } from "../part-variables.ts";
import { optionsByVariable } from "./image-variables.ts";
import { INTERNAL_SUPERUSER } from "./internal-superuser.ts";
import type { PostgresIsolationOptions } from "./postgres-isolation.ts";
import type { PostgresSchema } from "./postgres-own-schema.ts";
import type { PostgresOptions } from "./postgres-options.ts";
import { SCHEMAS_DATABASE } from "./schema-names.ts";
import { RESET_TEMPLATE_DATABASE, TEMPLATE_DATABASE } from "./template-database.ts";
import { refuseLooseThrottle } from "../resources-schema.ts";

/** PostgreSQL cuts longer names off. Source: https://www.postgresql.org/docs/current/sql-syntax-lexical.html */
const identifier = z
  .string()
  .min(1)
  .refine((name) => Buffer.byteLength(name) <= 63, "must be at most 63 bytes long")
  .refine((name) => !name.includes("\0"), "must not contain a zero byte");

/** A user who owns an extension must have none of these in its name; and `initdb` makes the superuser own one. */
const owner = identifier
  .refine((name) => !/["$'\\\r\n]|--|\/\*|\*\//.test(name), "must not contain \", $, ', \\, --, /*, */ or a line break")
  .refine((name) => !name.startsWith("pg_"), "must not start with pg_, which PostgreSQL keeps for itself");

function refuseOptionsOfOurs(env: unknown, context: z.RefinementCtx): void {
  for (const name of Object.keys(env as object)) {
    const option = optionsByVariable[name];
    if (option !== undefined)
      context.addIssue({ code: "custom", path: [name], message: `use the option \`${option}\`` });
  }
}

const templates: ReadonlySet<string> = new Set([TEMPLATE_DATABASE, RESET_TEMPLATE_DATABASE]);
const patterns = z.array(z.string().min(1));
const userFunction = z.custom((value) => typeof value === "function", "must be a function");

const migrate = z
  .strictObject({
    run: userFunction.optional(),
    command: commandLine.optional(),
    env: userFunction.optional(),
    inputs: patterns,
  })
  .refine(({ run, command }) => (run === undefined) !== (command === undefined), "give either `run` or `command`")
  .refine(({ env, command }) => env === undefined || command !== undefined, {
    path: ["env"],
    message: "is for a `command`",
  });

const isolation: Readonly<Record<keyof PostgresIsolationOptions, z.ZodType>> = {
  ...isolationShape,
  mode: z.enum(["clone", "reset", "transaction", "schema"]).optional(),
  ignoredTables: z.array(z.string().min(1)).optional(),
};

function hasSomethingToKeep({ mode, keepFailedMs }: Record<string, unknown>): boolean {
  return mode !== "transaction" || keepFailedMs === undefined || keepFailedMs === 0;
}

const nothingToKeep = {
  path: ["keepFailedMs"],
  message: 'is of no use with the mode "transaction": what is rolled back cannot be looked at',
};

function refuseDumpOfNoDatabase({ mode, dumpFailed }: Record<string, unknown>, context: z.RefinementCtx): void {
  if (dumpFailed !== true || (mode !== "transaction" && mode !== "schema")) return;
  const message = `is of no use with the mode "${mode}": only databases are dumped`;
  context.addIssue({ code: "custom", path: ["dumpFailed"], message });
}

const partProperties: readonly TextProperty<PostgresSchema>[] = [
  ...(["url", "connectionString", "networkUrl", "host", "port", "username", "password", "database", "schema"] as const),
];

const shape: Readonly<Record<keyof PostgresOptions, z.ZodType>> = {
  ...divisibleServiceOptionsShape,
  database: identifier
    .refine((name) => !templates.has(name), "is what Cleanroom calls its own template; choose another name")
    .refine((name) => name !== SCHEMAS_DATABASE, "is what Cleanroom calls a database of its own; choose another name")
    .optional(),
  username: owner.optional(),
  password: z
    .string()
    .regex(/^[^\r\n\0]+$/, "must be one line")
    .optional(),
  superuser: z.boolean().optional(),
  extensions: z.array(identifier).optional(),
  migrations: patterns.optional(),
  migrate: migrate.optional(),
  seeds: patterns.optional(),
  settings: z
    .record(z.string().regex(/^[a-z_][a-z0-9_.]*$/i, "must be the name of a server setting"), z.string())
    .optional(),
  env: environment.superRefine(refuseOptionsOfOurs).optional(),
  durable: z.boolean().optional(),
  hostPort: hostPort.optional(),
  isolation: z
    .strictObject(isolation)
    .refine(({ mode, ignoredTables }) => mode === "reset" || ignoredTables === undefined, {
      path: ["ignoredTables"],
      message: 'is for `mode: "reset"`',
    })
    .refine(hasSomethingToKeep, nothingToKeep)
    .superRefine(refuseDumpOfNoDatabase)
    .optional(),
  variables: partVariables(partProperties).optional(),
};

/** What `postgres()` accepts. */
export const postgresOptionsSchema: z.ZodType = z
  .strictObject(shape)
  .superRefine(refuseNamesOfOurs)
  .superRefine(refuseResetBySuperuser)
  .superRefine(refuseVariablesOfNoUse)
  .superRefine(refuseLooseThrottle);

/** Whoever owns a database that the superuser works in could have him do anything. */
const databasesOfTheServer: ReadonlySet<unknown> = new Set(["postgres", "template0", "template1"]);

function refuseNamesOfOurs({ username, database, superuser }: Record<string, unknown>, context: z.RefinementCtx): void {
  if (superuser === true) return;
  if (username === INTERNAL_SUPERUSER) {
    const message = "is what Cleanroom calls its own superuser; choose another name";
    context.addIssue({ code: "custom", path: ["username"], message });
  }
  if (databasesOfTheServer.has(database)) {
    const message = "is a database of the server itself; choose another name, or set `superuser: true`";
    context.addIssue({ code: "custom", path: ["database"], message });
  }
}

/** He can switch off what notes the writes, and change the catalogs themselves. */
function refuseResetBySuperuser({ superuser, isolation }: Record<string, unknown>, context: z.RefinementCtx): void {
  if (superuser !== true || !isObject(isolation) || !("mode" in isolation) || isolation.mode !== "reset") return;
  const message = 'cannot be "reset" with `superuser: true`, who can do what a reset does not undo; use "clone"';
  context.addIssue({ code: "custom", path: ["isolation", "mode"], message });
}

/** Nobody but its holder gets into a database that is in a transaction; and only a schema has a schema's name. */
function refuseVariablesOfNoUse(
  { isolation, variables = {} }: Record<string, unknown>,
  context: z.RefinementCtx,
): void {
  const mode: unknown = isObject(isolation) && "mode" in isolation ? isolation.mode : "clone";
  for (const [name, source] of Object.entries(variables as object)) {
    const path = ["variables", name];
    if (mode === "transaction") {
      const message = 'is of no use with the mode "transaction", which no other program can take part in';
      context.addIssue({ code: "custom", path, message });
    } else if (source === "schema" && mode !== "schema") {
      const message = 'must not be "schema": only the mode "schema" has one';
      context.addIssue({ code: "custom", path, message });
    }
  }
}
