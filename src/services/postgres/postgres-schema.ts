import { z } from "zod";
import { environment, port, serviceOptionsShape } from "../options-schema.ts";
import type { PostgresOptions } from "./postgres-options.ts";

/** PostgreSQL cuts longer names off. Source: https://www.postgresql.org/docs/current/sql-syntax-lexical.html */
const identifier = z
  .string()
  .min(1)
  .refine((name) => Buffer.byteLength(name) <= 63, "must be at most 63 bytes long")
  .refine((name) => !name.includes("\0"), "must not contain a zero byte");

const shape: Readonly<Record<keyof PostgresOptions, z.ZodType>> = {
  ...serviceOptionsShape,
  database: identifier.optional(),
  username: identifier.optional(),
  password: z.string().min(1).optional(),
  migrations: z.array(z.string().min(1)).optional(),
  settings: z
    .record(z.string().regex(/^[a-z_][a-z0-9_.]*$/i, "must be the name of a server setting"), z.string())
    .optional(),
  env: environment.optional(),
  durable: z.boolean().optional(),
  hostPort: port.optional(),
};

/** What `postgres()` accepts. */
export const postgresOptionsSchema: z.ZodType = z.strictObject(shape);
