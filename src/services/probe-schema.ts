import { z } from "zod";
import { isObject } from "../errors/is-object.ts";
import { commandLine, port } from "./value-schemas.ts";

const portNumber = { port };

/** What is said of what is no probe. */
export const PROBE_EXPECTED: string =
  "must be a probe: http(), tcp(), command(), file(), all(), any(), or an object with `name` and `check`";

function isOwnProbe(value: unknown): boolean {
  return isObject(value) && "name" in value && "check" in value && !("kind" in value);
}

/** A probe of any kind. */
export const probe: z.ZodType = z.lazy(() =>
  z.union(
    [
      z.custom(isOwnProbe),
      z.discriminatedUnion(
        "kind",
        [
          z.strictObject({ kind: z.literal("tcp"), ...portNumber }),
          z.strictObject({ kind: z.literal("postgres"), ...portNumber }),
          z.strictObject({ kind: z.literal("redis"), ...portNumber }),
          httpProbe,
          commandProbe,
          z.strictObject({
            kind: z.literal("file"),
            path: z.string().startsWith("/", "must be an absolute path in the container"),
            minSizeBytes: z.number().int().nonnegative().optional(),
            contentIncludes: z.string().optional(),
            absent: z.boolean().optional(),
          }),
          z.strictObject({ kind: z.enum(["all", "any"]), probes: z.array(probe).min(1) }),
        ],
        PROBE_EXPECTED,
      ),
    ],
    PROBE_EXPECTED,
  ),
);

/** A command that is run. */
export const commandProbe: z.ZodObject = z.strictObject({
  kind: z.literal("command"),
  command: commandLine,
  exitCode: z.number().int().optional(),
  outputIncludes: z.string().optional(),
});

/** A request that is made. */
export const httpProbe: z.ZodObject = z.strictObject({
  kind: z.literal("http"),
  ...portNumber,
  path: z.string().startsWith("/").optional(),
  method: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  status: z.union([z.number().int(), z.array(z.number().int())], "must be a status code or a list of them").optional(),
  bodyIncludes: z.string().optional(),
  tls: z.boolean().optional(),
  allowInvalidCertificate: z.boolean().optional(),
});
