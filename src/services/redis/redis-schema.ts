import { z } from "zod";
import {
  environment,
  divisibleServiceOptionsShape,
  isolationPer,
  ONE_PORT_FOR_SEVERAL,
  partVariables,
  refuseSharedVolumes,
} from "../options-schema.ts";
import { hostPort } from "../value-schemas.ts";
import type { TextProperty } from "../part-variables.ts";
import type { RedisDatabase } from "./redis-database.ts";
import type { RedisIsolationOptions } from "./redis-isolation.ts";
import type { RedisOptions } from "./redis-options.ts";
import { refuseLooseThrottle } from "../resources-schema.ts";

const oneLine = z.string().regex(/^[^\r\n\0]*$/, "must be one line");

/** Settings are matched by Redis whatever their case. */
const setting = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/i, "must be the name of a server setting")
  .refine((name) => name.toLowerCase() !== "requirepass", "use the option `password`")
  .refine((name) => name === "databases" || name.toLowerCase() !== "databases", "must be written `databases`");

/** Two are kept back; with fewer than three there is none to hand out. */
const LEAST_DATABASES = 3;
const MOST_DATABASES = 100_000;

function refuseNumberOfDatabases(settings: Readonly<Record<string, string>>, context: z.RefinementCtx): void {
  const { databases } = settings;
  if (databases === undefined) return;
  const number = /^\d+$/.test(databases) ? Number(databases) : Number.NaN;
  if (number >= LEAST_DATABASES && number <= MOST_DATABASES) return;
  const message = `must be a whole number from ${LEAST_DATABASES} to ${MOST_DATABASES}`;
  context.addIssue({ code: "custom", path: ["databases"], message });
}

const redisIsolationShape: Readonly<Record<keyof RedisIsolationOptions, z.ZodType>> = {
  per: isolationPer.optional(),
  mode: z.enum(["database", "server"]).optional(),
};

const partProperties: readonly TextProperty<RedisDatabase>[] = [
  ...(["url", "networkUrl", "host", "port", "username", "password", "database"] as const),
];

const shape: Readonly<Record<keyof RedisOptions, z.ZodType>> = {
  ...divisibleServiceOptionsShape,
  password: z.union([oneLine.min(1), z.literal(false)], "must be text, or `false` for none").optional(),
  databases: z.number().int().min(LEAST_DATABASES).max(MOST_DATABASES).optional(),
  settings: z.record(setting, oneLine).superRefine(refuseNumberOfDatabases).optional(),
  env: environment.optional(),
  isolation: z.strictObject(redisIsolationShape).optional(),
  variables: partVariables(partProperties).optional(),
  hostPort: hostPort.optional(),
};

/** What `redis()` accepts. */
export const redisOptionsSchema: z.ZodType = z
  .strictObject(shape)
  .superRefine(refuseLooseThrottle)
  .superRefine((options, context) => {
    const { isolation, hostPort: own, mounts = [] } = options as RedisOptions;
    if (isolation?.mode !== "server") return;
    if (typeof own === "number")
      context.addIssue({ code: "custom", path: ["hostPort"], message: ONE_PORT_FOR_SEVERAL });
    refuseSharedVolumes(mounts, context);
  });
