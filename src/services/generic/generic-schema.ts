import { isIP } from "node:net";
import { z } from "zod";
import { isObject } from "../../errors/is-object.ts";
import type { Json } from "../../spec/container-spec.ts";
import { hostOption, sysctlProblem, sysctlsIn } from "../../spec/sysctls.ts";
import {
  environment,
  isolationPer,
  ONE_PORT_FOR_SEVERAL,
  partVariables,
  refuseSharedVolumes,
  serviceOptionsShape,
} from "../options-schema.ts";
import { durationMs, hostPort, port } from "../value-schemas.ts";
import type { TextProperty } from "../part-variables.ts";
import { commandProbe, httpProbe, probe, PROBE_EXPECTED } from "../probe-schema.ts";
import type { GenericContainer } from "./generic-container.ts";
import type { Division } from "../division/division.ts";
import { isDivided } from "../division/is-divided.ts";
import type {
  AnyContainerOptions,
  ContainerIsolationOptions,
  ContainerOptions,
  PublishedPort,
} from "./generic-options.ts";
import { refuseLooseThrottle } from "../resources-schema.ts";

const publishedPort = z.strictObject({
  containerPort: port,
  protocol: z.enum(["tcp", "udp"]).optional(),
  hostPort: hostPort.optional(),
  hostAddress: z
    .string()
    .refine((address) => isIP(address) !== 0, "must be an IP address, for example `127.0.0.1`")
    .optional(),
});

const ports = z
  .array(z.union([port, publishedPort], "must be a port from 1 to 65535, or an object with `containerPort`"))
  .superRefine(refuseDuplicates);

/** One port in the container leads to one on this machine, so that `port()` has one answer. */
function refuseDuplicates(list: readonly unknown[], context: z.RefinementCtx): void {
  const seen = new Map<string, number>();
  for (const [index, entry] of list.entries()) {
    const { containerPort, protocol = "tcp" } = isObject(entry) ? (entry as PublishedPort) : { containerPort: entry };
    const name = `${String(containerPort)}/${protocol}`;
    const first = seen.get(name);
    if (first === undefined) seen.set(name, index);
    else
      context.addIssue({
        code: "custom",
        path: [index],
        message: `${name} is published by \`ports.${first}\` already`,
      });
  }
}

const commandText = z.string().min(1);

const RESET_EXPECTED = "must be http(), command(), or a function of the container";

const isolationShape: Readonly<Record<keyof ContainerIsolationOptions, z.ZodType>> = {
  per: isolationPer.optional(),
  reset: z
    .union(
      [z.custom(isFunction, RESET_EXPECTED), z.discriminatedUnion("kind", [httpProbe, commandProbe], RESET_EXPECTED)],
      RESET_EXPECTED,
    )
    .optional(),
  resetTimeoutMs: durationMs.positive().optional(),
};

/** How holders get containers of their own. */
export const containerIsolation: z.ZodType = z.strictObject(isolationShape).superRefine(refuseIdleTimeout);

function refuseIdleTimeout(
  { reset, resetTimeoutMs }: Readonly<Record<string, unknown>>,
  context: z.RefinementCtx,
): void {
  if (reset !== undefined || resetTimeoutMs === undefined) return;
  context.addIssue({ code: "custom", path: ["resetTimeoutMs"], message: "is for a `reset`" });
}

const functionOf = (about: string): z.ZodType => z.custom(isFunction, `must be a function${about}`);

const divisionShape: Readonly<Record<keyof Division<object>, z.ZodType>> = {
  fingerprint: z.custom((value) => z.json().safeParse(value).success, "must be what JSON can hold").optional(),
  prepare: functionOf(" of the server").optional(),
  open: functionOf(" that gives what makes and removes parts"),
  attach: functionOf(" of a part's name that gives what its holder gets"),
};

/** How holders get containers, or parts of one. */
const isolation = z
  .strictObject({ ...isolationShape, parts: z.strictObject(divisionShape).optional() })
  .superRefine(({ reset, resetTimeoutMs, parts }, context) => {
    if (parts === undefined) refuseIdleTimeout({ reset, resetTimeoutMs }, context);
    for (const [name, value] of Object.entries({ reset, resetTimeoutMs })) {
      if (parts === undefined || value === undefined) continue;
      const message = "is for whole containers, and `parts` divides one; a part is reset by what its `open` gives";
      context.addIssue({ code: "custom", path: [name], message });
    }
  });

const handleProperties: readonly TextProperty<GenericContainer>[] = [
  ...(["url", "networkUrl", "host", "networkHost", "name", "id", "image"] as const),
];

/** Environment variables by which programs find a container. */
export const containerVariables: z.ZodType = partVariables(handleProperties);

const shape: Readonly<Record<keyof ContainerOptions, z.ZodType>> = {
  ...serviceOptionsShape,
  ports: ports.optional(),
  env: z.custom(isEnvironment, "must be an object of strings or a function").optional(),
  health: z.union([z.literal(false), probe], `${PROBE_EXPECTED}, or \`false\``).optional(),
  isolation: isolation.optional(),
  variables: partVariables().optional(),
  command: z.array(z.string()).optional(),
  entrypoint: z.array(z.string()).optional(),
  user: commandText.optional(),
  workingDirectory: commandText.optional(),
  hostname: commandText.optional(),
  engineOptions: z.record(z.string(), z.json()).superRefine(refuseMachineSysctls).optional(),
};

/** The engine would refuse them as late as at the start. */
function refuseMachineSysctls(engineOptions: Readonly<Record<string, Json>>, context: z.RefinementCtx): void {
  for (const name of sysctlsIn(engineOptions)) {
    const message = sysctlProblem(name);
    if (message !== undefined) context.addIssue({ code: "custom", path: ["HostConfig", "Sysctls", name], message });
  }
}

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}

function isEnvironment(value: unknown): boolean {
  return typeof value === "function" || environment.safeParse(value).success;
}

/** What `container()` accepts. */
export const containerOptionsSchema: z.ZodType = z
  .strictObject(shape)
  .superRefine(refuseWhatOnlyOneCanHave)
  .superRefine(refuseVariablesOfNoHandle)
  .superRefine(refuseSecondQuota)
  .superRefine(refuseLooseThrottle);

/** The engine takes a number of cores or a quota of a period, not both. */
function refuseSecondQuota(options: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void {
  const { limits, engineOptions = {} } = options as AnyContainerOptions;
  if (limits === undefined || limits === false || limits.cpuCores === undefined) return;
  for (const name of ["CpuPeriod", "CpuQuota"]) {
    if (hostOption(engineOptions, name) === undefined) continue;
    const message = "cannot be combined with `limits.cpuCores`, which is a quota of a period of 100 ms";
    context.addIssue({ code: "custom", path: ["engineOptions", "HostConfig", name], message });
  }
}

/** What properties a part has that the user's code makes is that code's to know. */
function refuseVariablesOfNoHandle(options: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void {
  const { isolation, variables } = options as AnyContainerOptions;
  if (isolation !== undefined && isDivided(isolation)) return;
  const { error } = containerVariables.optional().safeParse(variables);
  for (const { path, message } of error?.issues ?? []) {
    context.addIssue({ code: "custom", path: ["variables", ...path], message });
  }
}

/** Of several containers, no two can have the same port of this machine, and none may find what another wrote. */
function refuseWhatOnlyOneCanHave(options: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void {
  const { isolation, ports: published = [], mounts = [] } = options as AnyContainerOptions;
  if (isolation === undefined || isDivided(isolation)) return;
  for (const [index, port] of published.entries()) {
    if (typeof port === "number" || typeof port.hostPort !== "number") continue;
    context.addIssue({ code: "custom", path: ["ports", index, "hostPort"], message: ONE_PORT_FOR_SEVERAL });
  }
  refuseSharedVolumes(mounts, context);
}
