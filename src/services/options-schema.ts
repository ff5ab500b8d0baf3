import { z } from "zod";
import { retryableCodes, type RetryPolicy } from "../recovery/retry-policy.ts";
import { nearest } from "../validation/nearest.ts";
import type { BuildOptions } from "./build-options.ts";
import type { DivisibleServiceOptions, IsolationOptions } from "./isolation-options.ts";
import { limits } from "./limits-schema.ts";
import type { RecoveryOptions } from "./recovery-options.ts";
import { resources } from "./resources-schema.ts";
import type { InitCommand } from "../spec/container-spec.ts";
import type { Secret, ServiceOptions } from "./service-options.ts";
import { supervision } from "./supervision-schema.ts";
import { bytes, commandLine, durationMs } from "./value-schemas.ts";

const path = z.string().min(1);
const absolutePath = z.string().startsWith("/", "must be an absolute path in the container");
const environmentName = z.string().regex(/^[^=\0]+$/, "must be the name of an environment variable");

/** What a shell can export. */
const shellVariable = z
  .string()
  .regex(/^[a-z_]\w*$/i, "must be the name of an environment variable: letters, digits and _");

const noNul = z.string().regex(/^[^\0]*$/, "must not contain NUL");

const secretShape: Readonly<Record<keyof Secret, z.ZodType>> = {
  value: noNul.optional(),
  variable: environmentName.optional(),
  file: path.optional(),
  target: absolutePath.optional(),
  mode: z.number().int().min(0).max(0o777).optional(),
  env: shellVariable.optional(),
};

const secret = z.union(
  [noNul, z.strictObject(secretShape).refine(hasOneSource, "give either `value`, `variable` or `file`")],
  "must be text, or an object with `value`, `variable` or `file`",
);

function hasOneSource({ value, variable, file }: Readonly<Record<string, unknown>>): boolean {
  return [value, variable, file].filter((source) => source !== undefined).length === 1;
}

const secretName = z.string().regex(/^\w[\w.-]*$/, "must be a file name: letters, digits, `_`, `.` and `-`");

const initCommandShape: Readonly<Record<keyof InitCommand, z.ZodType>> = {
  command: commandLine,
  env: z.record(environmentName, z.string()).optional(),
  user: z.string().min(1).optional(),
  workingDirectory: z.string().min(1).optional(),
};

const initCommand = z.union(
  [commandLine, z.strictObject(initCommandShape)],
  "must be a command as its arguments, or an object with `command`",
);

/** Environment variables. */
export const environment: z.ZodType = z.record(environmentName, z.string());

const copiedFile = z
  .strictObject({
    target: absolutePath,
    source: path.optional(),
    content: z.string().optional(),
    mode: z.number().int().min(0).max(0o7777).optional(),
  })
  .refine(
    ({ source, content }) => (source === undefined) !== (content === undefined),
    "give either `source` or `content`",
  );

const sharedMount = { source: path, target: absolutePath, readOnly: z.boolean().optional() };

const mount = z.discriminatedUnion(
  "type",
  [
    z.strictObject({ type: z.literal("bind"), ...sharedMount }),
    z.strictObject({
      type: z.literal("volume"),
      ...sharedMount,
      source: path.optional(),
      noCopy: z.boolean().optional(),
    }),
    z.strictObject({ type: z.literal("cache"), name: z.string().min(1).max(100), target: absolutePath }),
    z.strictObject({ type: z.literal("tmpfs"), target: absolutePath, sizeBytes: bytes.optional() }),
  ],
  "must be an object whose `type` is `bind`, `volume`, `cache` or `tmpfs`",
);

const security = z.strictObject({
  privileged: z.boolean().optional(),
  readOnlyRootFilesystem: z.boolean().optional(),
  addCapabilities: z.array(z.string()).optional(),
  dropCapabilities: z.array(z.string()).optional(),
  allowNewPrivileges: z.boolean().optional(),
});

const healthCheck = z.union(
  [
    z.literal(false),
    z.strictObject({
      command: commandLine.optional(),
      intervalMs: durationMs.positive().optional(),
      timeoutMs: durationMs.positive().optional(),
      retries: z.number().int().positive().optional(),
      startPeriodMs: durationMs.optional(),
    }),
  ],
  "must be an object with `command`, `intervalMs`, `timeoutMs`, `retries` or `startPeriodMs`, or `false`",
);

const retry: Readonly<Record<keyof RetryPolicy, z.ZodType>> = {
  attempts: z.number().int().positive().optional(),
  delayMs: durationMs.optional(),
  factor: z.number().min(1).optional(),
  maxDelayMs: durationMs.optional(),
  jitterRatio: z.number().min(0).max(1).optional(),
  on: z.array(z.enum(retryableCodes)).optional(),
};

const recoveryShape: Readonly<Record<keyof RecoveryOptions, z.ZodType>> = {
  retry: z.strictObject(retry).optional(),
  fallback: z.custom(isFallback, "must be a service, a URL, or a function that gives one of them").optional(),
};

function isFallback(value: unknown): boolean {
  return typeof value === "function" || typeof value === "string" || isServiceDefinition(value);
}

const buildShape: Readonly<Record<keyof BuildOptions, z.ZodType>> = {
  context: z.string().min(1),
  dockerfile: z.string().min(1).optional(),
  target: z.string().min(1).optional(),
  args: z.record(z.string(), z.string()).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  noCache: z.boolean().optional(),
};
const build = z.strictObject(buildShape);

/** The options that every kind of service has; a kind adds its own to these. */
export const serviceOptionsShape: Readonly<Record<keyof ServiceOptions, z.ZodType>> = {
  dependsOn: z.record(z.string(), z.custom(isServiceDefinition, "must be a service")).optional(),
  envFiles: z.array(path).optional(),
  secrets: z.record(secretName, secret).optional(),
  files: z.array(copiedFile).optional(),
  mounts: z.array(mount).optional(),
  network: z.boolean().optional(),
  networkAliases: z.array(z.string().regex(/^[a-z0-9]([a-z0-9_.-]*[a-z0-9])?$/i, "must be a host name")).optional(),
  hostAccess: z.boolean().optional(),
  init: z.array(initCommand).optional(),
  limits: limits.optional(),
  resources: resources.optional(),
  security: security.optional(),
  healthCheck: healthCheck.optional(),
  labels: z.record(z.string(), z.string()).optional(),
  build: build.optional(),
  platform: z.string().optional(),
  pullPolicy: z.enum(["missing", "always", "never"]).optional(),
  startTimeoutMs: durationMs.positive().optional(),
  attemptTimeoutMs: durationMs.positive().optional(),
  supervision: supervision.optional(),
  stopGraceMs: durationMs.optional(),
  scope: z.enum(["project", "user", "process"]).optional(),
  keepAliveMs: durationMs.optional(),
  urlFrom: environmentName.optional(),
  recovery: z.strictObject(recoveryShape).optional(),
  customizers: z.array(z.custom((value) => typeof value === "function", "must be a function")).optional(),
};

/** Which tests share an isolated part. */
export const isolationPer: z.ZodType = z.enum(["test", "file", "worker"]);

/** How a service is divided among tests. */
export const isolationShape: Readonly<Record<keyof IsolationOptions, z.ZodType>> = {
  per: isolationPer.optional(),
  keepFailedMs: durationMs.optional(),
  dumpFailed: z.boolean().optional(),
};

/** The options that every kind of service has that can be divided among tests. */
export const divisibleServiceOptionsShape: Readonly<Record<keyof DivisibleServiceOptions, z.ZodType>> = {
  ...serviceOptionsShape,
  isolation: z.strictObject(isolationShape).optional(),
};

/** Variables of Cleanroom's own begin so: what they say must not be changed by a part's address. */
const variableName = environmentName.refine(
  (name) => !name.startsWith("CLEANROOM_"),
  "must not begin with CLEANROOM_, as Cleanroom's own variables do",
);

/**
 * Environment variables by which programs find a part.
 *
 * @param properties - Those of the part that are text or numbers; whatever is written when it is not known which those are.
 */
export function partVariables(properties?: readonly string[]): z.ZodType {
  const source = z.unknown().superRefine((value, context) => {
    if (typeof value === "function") return;
    if (typeof value === "string" && properties?.includes(value) !== false) return;
    const meant = typeof value === "string" ? nearest(value, properties ?? []) : undefined;
    const known = properties?.map((one) => JSON.stringify(one)).join(", ") ?? "the names of the part's properties";
    const expected = `must be a function, or one of ${known}`;
    const message = meant === undefined ? expected : `${expected}; did you mean ${JSON.stringify(meant)}?`;
    context.addIssue({ code: "custom", message });
  });
  return z.record(variableName, source);
}

/** What is said of a port of this machine that several containers would have. */
export const ONE_PORT_FOR_SEVERAL = "cannot be fixed where each holder has a container: there may be several";

/** Of containers that holders have alone, none may find what another's holder wrote. */
export function refuseSharedVolumes(mounts: NonNullable<ServiceOptions["mounts"]>, context: z.RefinementCtx): void {
  for (const [index, mount] of mounts.entries()) {
    if (mount.type === "cache") {
      const message = "a cache outlives the container, so a container that is one holder's alone cannot have one";
      context.addIssue({ code: "custom", path: ["mounts", index], message });
    }
    if (mount.type !== "volume" || mount.source === undefined || mount.readOnly === true) continue;
    const message = "a volume outlives the container, so where each holder has one it must be `readOnly: true`";
    context.addIssue({ code: "custom", path: ["mounts", index], message });
  }
}

/** Whether a value was made by `postgres()`, `redis()`, `container()` or the like. */
export function isServiceDefinition(value: unknown): boolean {
  return typeof value === "object" && value !== null && "kind" in value && "load" in value;
}
