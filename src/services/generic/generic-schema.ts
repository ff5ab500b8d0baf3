import { z } from "zod";
import { isObject } from "../../errors/is-object.ts";
import { commandLine, environment, port, serviceOptionsShape } from "../options-schema.ts";
import type { ContainerOptions } from "./generic-options.ts";

const publishedPort = z.strictObject({
  containerPort: port,
  protocol: z.enum(["tcp", "udp"]).optional(),
  hostPort: port.optional(),
  hostAddress: z.string().optional(),
});

const commandText = z.string().min(1);
const portNumber = { port };

const probe: z.ZodType = z.lazy(() =>
  z.union([
    z.custom((value) => isObject(value) && "name" in value && "check" in value && !("kind" in value)),
    z.discriminatedUnion(
      "kind",
      [
        z.strictObject({ kind: z.literal("tcp"), ...portNumber }),
        z.strictObject({ kind: z.literal("postgres"), ...portNumber }),
        z.strictObject({ kind: z.literal("redis"), ...portNumber }),
        httpProbe,
        z.strictObject({
          kind: z.literal("command"),
          command: commandLine,
          exitCode: z.number().int().optional(),
          outputIncludes: z.string().optional(),
        }),
        z.strictObject({
          kind: z.literal("file"),
          path: z.string().startsWith("/", "must be an absolute path in the container"),
          minSizeBytes: z.number().int().nonnegative().optional(),
          contentIncludes: z.string().optional(),
          absent: z.boolean().optional(),
        }),
        z.strictObject({ kind: z.enum(["all", "any"]), probes: z.array(probe).min(1) }),
      ],
      "must be a probe: http(), tcp(), command(), file(), all(), any(), or an object with `name` and `check`",
    ),
  ]),
);

const httpProbe = z.strictObject({
  kind: z.literal("http"),
  ...portNumber,
  path: z.string().startsWith("/").optional(),
  method: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  status: z.union([z.number().int(), z.array(z.number().int())]).optional(),
  bodyIncludes: z.string().optional(),
  tls: z.boolean().optional(),
  allowInvalidCertificate: z.boolean().optional(),
});

const shape: Readonly<Record<keyof ContainerOptions, z.ZodType>> = {
  ...serviceOptionsShape,
  ports: z.array(z.union([port, publishedPort])).optional(),
  env: z
    .union(
      [environment, z.custom((value) => typeof value === "function")],
      "must be an object of strings or a function",
    )
    .optional(),
  health: z.union([z.literal(false), probe]).optional(),
  command: z.array(z.string()).optional(),
  entrypoint: z.array(z.string()).optional(),
  user: commandText.optional(),
  workingDirectory: commandText.optional(),
  hostname: commandText.optional(),
  engineOptions: z.record(z.string(), z.json()).optional(),
};

/** What `container()` accepts. */
export const containerOptionsSchema: z.ZodType = z.strictObject(shape);
