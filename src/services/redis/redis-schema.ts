import { z } from "zod";
import { environment, port, serviceOptionsShape } from "../options-schema.ts";
import type { RedisOptions } from "./redis-options.ts";

const oneLine = z.string().regex(/^[^\r\n\0]*$/, "must be one line");

/** Settings are matched by Redis whatever their case. */
const setting = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/i, "must be the name of a server setting")
  .refine((name) => name.toLowerCase() !== "requirepass", "use the option `password`");

const shape: Readonly<Record<keyof RedisOptions, z.ZodType>> = {
  ...serviceOptionsShape,
  password: z.union([oneLine.min(1), z.literal(false)]).optional(),
  databases: z.number().int().min(3).max(100_000).optional(),
  settings: z.record(setting, oneLine).optional(),
  env: environment.optional(),
  hostPort: port.optional(),
};

/** What `redis()` accepts. */
export const redisOptionsSchema: z.ZodType = z.strictObject(shape);
