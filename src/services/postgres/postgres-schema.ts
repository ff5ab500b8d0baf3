import { z } from "zod";
import { environment, port, divisibleServiceOptionsShape } from "../options-schema.ts";
import type { PostgresOptions } from "./postgres-options.ts";
import { TEMPLATE_DATABASE } from "./template-database.ts";

/** PostgreSQL cuts longer names off. Source: https://www.postgresql.org/docs/current/sql-syntax-lexical.html */
const identifier = z
  .string()
  .min(1)
  .refine((name) => Buffer.byteLength(name) <= 63, "must be at most 63 bytes long")
  .refine((name) => !name.includes("\0"), "must not contain a zero byte");

/** `initdb` makes this user the owner of an extension, which must have none of these in its name, and of the server. */
const owner = identifier
  .refine((name) => !/["$'\\\r\n]|--|\/\*|\*\//.test(name), "must not contain \", $, ', \\, --, /*, */ or a line break")
  .refine((name) => !name.startsWith("pg_"), "must not start with pg_, which PostgreSQL keeps for itself");

/** Variables of the image that have an option, which they would contradict. */
const optionsByVariable: Readonly<Record<string, string>> = {
  POSTGRES_DB: "database",
  POSTGRES_USER: "username",
  POSTGRES_PASSWORD: "password",
  POSTGRES_PASSWORD_FILE: "password",
};

function refuseOptionsOfOurs(env: unknown, context: z.RefinementCtx): void {
  for (const name of Object.keys(env as object)) {
    const option = optionsByVariable[name];
    if (option !== undefined)
      context.addIssue({ code: "custom", path: [name], message: `use the option \`${option}\`` });
  }
}

const shape: Readonly<Record<keyof PostgresOptions, z.ZodType>> = {
  ...divisibleServiceOptionsShape,
  database: identifier
    .refine((name) => name !== TEMPLATE_DATABASE, "is what Cleanroom calls its own template; choose another name")
    .optional(),
  username: owner.optional(),
  password: z
    .string()
    .regex(/^[^\r\n\0]+$/, "must be one line")
    .optional(),
  migrations: z.array(z.string().min(1)).optional(),
  settings: z
    .record(z.string().regex(/^[a-z_][a-z0-9_.]*$/i, "must be the name of a server setting"), z.string())
    .optional(),
  env: environment.superRefine(refuseOptionsOfOurs).optional(),
  durable: z.boolean().optional(),
  hostPort: port.optional(),
};

/** What `postgres()` accepts. */
export const postgresOptionsSchema: z.ZodType = z.strictObject(shape);
