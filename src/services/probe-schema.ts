import { z } from "zod";
import { isObject } from "../errors/is-object.ts";
import { commandLine, durationMs, port } from "./value-schemas.ts";

const portNumber = { port };

/** What is said of what is no probe. */
export const PROBE_EXPECTED: string =
  "must be a probe, such as http(), tcp(), command(), file(), all() or any(), or an object with `name` and `check`";

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
          tcpProbe,
          z.strictObject({ kind: z.literal("postgres"), ...portNumber }),
          z.strictObject({ kind: z.literal("redis"), ...portNumber }),
          httpProbe,
          commandProbe,
          z.strictObject({
            kind: z.literal("file"),
            path: pathInside,
            minSizeBytes: z.number().int().nonnegative().optional(),
            contentIncludes: z.string().optional(),
            modifiedWithinMs: durationMs.positive().optional(),
            absent: z.boolean().optional(),
          }),
          z.strictObject({ kind: z.literal("disk"), path: pathInside.optional(), maxUsedRatio: ratio.optional() }),
          z.strictObject({ kind: z.literal("memory"), maxUsedRatio: ratio.optional() }),
          z.strictObject({ kind: z.literal("healthCheck") }),
          z.strictObject({ kind: z.literal("not"), probe }),
          z.strictObject({ kind: z.enum(["all", "any", "sequence"]), probes: z.array(probe).min(1) }),
        ],
        PROBE_EXPECTED,
      ),
    ],
    PROBE_EXPECTED,
  ),
);

const pathInside = z.string().startsWith("/", "must be an absolute path in the container");
const ratio = z.number().min(0).max(1);

const tcpProbe = z
  .strictObject({
    kind: z.literal("tcp"),
    ...portNumber,
    send: z.string().optional(),
    answerIncludes: z.string().optional(),
  })
  .refine(({ send, answerIncludes }) => send === undefined || answerIncludes !== undefined, {
    path: ["send"],
    message: "is for a probe that says what the answer is: give `answerIncludes` as well",
  });

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
  status: z
    .union(
      [z.number().int(), z.array(z.number().int()), z.custom((value) => typeof value === "function")],
      "must be a status code, a list of them, or a function of one",
    )
    .optional(),
  redirect: z.enum(["accept", "follow", "reject"]).optional(),
  headersInclude: z.record(z.string(), z.string()).optional(),
  bodyIncludes: z.string().optional(),
  bodyMatches: z.strictObject({ source: z.string(), flags: z.string() }).optional(),
  tls: z.boolean().optional(),
  allowInvalidCertificate: z.boolean().optional(),
});
