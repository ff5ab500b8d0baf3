import { z } from "zod";
import { isServiceDefinition } from "../services/options-schema.ts";
import { problemOfStars } from "./image-substitution.ts";
import { isObject } from "../errors/is-object.ts";
import { defaultLimits } from "../services/limits-schema.ts";
import { isTimeZone } from "../validation/is-time-zone.ts";
import type { CleanroomConfig } from "./cleanroom-config.ts";
import { TIME_ZONE_EXPECTED } from "./setting-values.ts";

const serviceName = z
  .string()
  .regex(/^[a-z]([a-z0-9_-]*[a-z0-9])?$/i, "a service's name must be letters, digits, - and _, starting with a letter");

const service = z.custom(isServiceDefinition, "must be a service: postgres(), redis() or container()");

const registry = z
  .strictObject({
    username: z.string().min(1),
    password: z.string().min(1).optional(),
    passwordFrom: z.string().min(1).optional(),
  })
  .refine(
    ({ password, passwordFrom }) => (password === undefined) !== (passwordFrom === undefined),
    "give either `password` or `passwordFrom`",
  );

function refuseSuperfluousStars(rules: Readonly<Record<string, string>>, context: z.RefinementCtx): void {
  for (const rule of Object.entries(rules)) {
    const message = problemOfStars(rule);
    if (message !== undefined) context.addIssue({ code: "custom", path: [rule[0]], message });
  }
}
const evictionPolicy = z.union(
  [z.enum(["lru", "mru", "lfu", "ttl"]), z.custom<object>(isEvictionPolicy)],
  'must be "lru", "mru", "lfu", "ttl", or an object with a name and a function compare',
);

const objectCache = z
  .strictObject({ policy: evictionPolicy.optional(), maxEntries: z.number().int().nonnegative().optional() })
  .optional();

const shape: Readonly<Record<keyof CleanroomConfig, z.ZodType>> = {
  services: z.record(serviceName, service),
  imageSubstitutions: z.record(z.string().min(1), z.string().min(1)).superRefine(refuseSuperfluousStars).optional(),
  registries: z.record(z.string().min(1), registry).optional(),
  customizers: z.array(z.custom((value) => typeof value === "function", "must be a function")).optional(),
  coordination: z.enum(["shared", "in-process"]).optional(),
  pullPolicy: z.enum(["missing", "always", "never"]).optional(),
  warmImages: z.boolean().optional(),
  keepOnFailure: z.boolean().optional(),
  capacity: z
    .strictObject({
      maxContainers: z.number().int().positive().optional(),
      maxIdleContainers: z.number().int().nonnegative().optional(),
      whenFull: z.enum(["wait", "fail"]).optional(),
    })
    .optional(),
  caches: z
    .strictObject({
      containers: z
        .strictObject({ policy: evictionPolicy.optional(), maxReuseMs: z.number().int().positive().optional() })
        .optional(),
      images: z
        .strictObject({
          policy: evictionPolicy.optional(),
          ttlMs: z.number().int().nonnegative().optional(),
          maxBytes: z.number().int().nonnegative().optional(),
        })
        .optional(),
      networks: objectCache,
      volumes: objectCache,
    })
    .optional(),
  limits: defaultLimits.optional(),
  seed: z.union([z.string().min(1), z.number()], "must be a text or a number").optional(),
  timeZone: z.string().refine(isTimeZone, TIME_ZONE_EXPECTED).optional(),
  locale: z.string().min(1).optional(),
  frozen: z.boolean().optional(),
};

/** What `defineConfig()` accepts. */
export const configSchema: z.ZodType = z.strictObject(shape);

/** What a service may be called. */
export const serviceNameSchema: z.ZodType = serviceName;

/** What describes a service. */
export const serviceSchema: z.ZodType = service;

function isEvictionPolicy(value: unknown): boolean {
  return isObject(value) && "name" in value && "compare" in value && typeof value.compare === "function";
}
