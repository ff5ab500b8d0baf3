import { readdir, readFile, stat } from "node:fs/promises";
import { join, posix, relative, resolve, sep } from "node:path";
import { ConfigurationError } from "../errors/configuration-error.ts";
import type { ContainerSpec, FileSpec, InitCommand, MountSpec, PortSpec } from "../spec/container-spec.ts";
import { customize } from "../spec/customizer.ts";
import { defined } from "../spec/defined.ts";
import { limitsWith } from "./default-limits.ts";
import { readEnvFiles } from "./env-files.ts";
import { planBuild } from "./plan-build.ts";
import type { ResolvedServiceOptions } from "./resolve-options.ts";
import { placeVariables } from "./place-variables.ts";
import { resolveServiceOptions } from "./resolve-options.ts";
import { readSecrets } from "./secret-files.ts";
import type { PlanContext } from "./service-definition.ts";
import type { CopiedFile, ServiceOptions } from "./service-options.ts";

/** What a kind of service decides about its container besides the options that all kinds have. */
export interface SpecParts {
  /** The image asked for. */
  readonly image: string;
  /** Published ports. */
  readonly ports: readonly PortSpec[];
  /** Environment variables, which the user's win over; none when absent. */
  readonly env?: Readonly<Record<string, string>>;
  /** What option says what such a variable would, by its name: no file may hold one. None when absent. */
  readonly optionsByVariable?: Readonly<Record<string, string>>;
  /** Files in addition to the user's. */
  readonly files: readonly FileSpec[];
  /** Mounts in addition to the user's. */
  readonly mounts: readonly MountSpec[];
  /** Fields of the engine's own request. */
  readonly engineOptions: ContainerSpec["engineOptions"];
  /** Everything that only some kinds let the user choose. */
  readonly process: Partial<
    Pick<ContainerSpec, "command" | "secretArguments" | "entrypoint" | "user" | "workingDirectory" | "hostname">
  >;
}

/**
 * A description that lacks nothing but the environment variables of the option `env`, which may need what the service depends on.
 */
export type SpecWithEnvironment = (env: Readonly<Record<string, string>>) => ContainerSpec;

/** A TCP port of the container, published on the host's `hostPort`, or on any free one when that is absent. */
export function publishedPort(containerPort: number, hostPort: PortSpec["hostPort"] | undefined): PortSpec {
  return { containerPort, protocol: "tcp", ...defined({ hostPort }) };
}

/** The container's description, customized and with every default in place. Reads the files it names. */
export async function planSpec(
  parts: SpecParts,
  options: ServiceOptions,
  context: PlanContext,
): Promise<SpecWithEnvironment> {
  const { rootDirectory, name, isOnNetwork, substituteImage, defaults, customizers } = context;
  const resolved = resolveServiceOptions(options);
  const [copied, secrets, variables] = await Promise.all([
    Promise.all(resolved.files.map((file) => readCopiedFile(file, context))),
    readSecrets(resolved.secrets, context),
    readEnvFiles(resolved.envFiles, { ...context, ...parts }),
  ]);
  const files = [...parts.files, ...copied.flat(), ...secrets.files];
  if (resolved.security.readOnlyRootFilesystem && files.length > 0) refuseReadOnly(name);
  const { environmentScript } = secrets;
  if (environmentScript !== undefined && "Entrypoint" in parts.engineOptions) refuseEntrypoint(name);
  const init = resolved.init.length === 0 ? undefined : resolved.init.map(initCommand);
  const { platform, healthCheck } = resolved;
  const build = resolved.build && (await planBuild({ image: parts.image, build: resolved.build, platform }, context));
  const spec = {
    ...defined({ platform, healthCheck, environmentScript, init }),
    ...defined({ build }),
    ...parts.process,
    image: build?.image ?? substituteImage(parts.image),
    pullPolicy: options.pullPolicy ?? defaults.pullPolicy,
    ports: parts.ports,
    files,
    mounts: [...parts.mounts, ...resolved.mounts.map((mount) => mountSpec(mount, rootDirectory))],
    networkAliases: isOnNetwork ? [name, ...resolved.networkAliases] : [],
    hasHostAccess: resolved.hostAccess,
    labels: resolved.labels,
    limits: limitsWith(options.limits ?? {}, defaults, parts.engineOptions),
    security: securitySpec(resolved),
    stopGraceMs: resolved.stopGraceMs,
    engineOptions: parts.engineOptions,
  };
  const known = { ...parts.env, ...variables };
  const placed = (own: ContainerSpec["env"]): ContainerSpec["env"] => placeVariables(defaults, { ...known, ...own });
  return (env) => customize({ ...spec, env: placed(env) }, [...customizers, ...resolved.customizers]);
}

/** The engine copies files in before the start, through the file system of the container: "rootfs is marked read-only". */
function refuseReadOnly(name: string): never {
  const message = "cannot be combined with files that are copied in; mount them, or leave the file system writable";
  throw new ConfigurationError({ origin: name, problems: [{ path: "security.readOnlyRootFilesystem", message }] });
}

/** The engine's words come last, so the shell that puts secrets into the environment would be gone. */
function refuseEntrypoint(name: string): never {
  const message = "cannot be combined with `secrets` that have `env`; use the option `entrypoint`";
  throw new ConfigurationError({ origin: name, problems: [{ path: "engineOptions.Entrypoint", message }] });
}

function securitySpec({ security }: ResolvedServiceOptions): ContainerSpec["security"] {
  return {
    isPrivileged: security.privileged,
    hasReadOnlyRootFilesystem: security.readOnlyRootFilesystem,
    addCapabilities: security.addCapabilities,
    dropCapabilities: security.dropCapabilities,
    allowsNewPrivileges: security.allowNewPrivileges,
  };
}

function mountSpec(mount: ResolvedServiceOptions["mounts"][number], rootDirectory: string): MountSpec {
  if (mount.type === "tmpfs") return mount;
  if (mount.type === "cache")
    return { type: "volume", source: mount.name, target: mount.target, isReadOnly: false, isCache: true };
  const { target, readOnly: isReadOnly = false } = mount;
  if (mount.type === "bind") return { type: "bind", source: resolve(rootDirectory, mount.source), target, isReadOnly };
  const { source, noCopy } = mount;
  return { type: "volume", ...defined({ source, isLeftEmpty: noCopy }), target, isReadOnly };
}

function initCommand(init: readonly string[] | InitCommand): InitCommand {
  return "command" in init ? init : { command: init };
}

async function readCopiedFile(file: CopiedFile, context: PlanContext): Promise<readonly FileSpec[]> {
  const { target, source, content = "", mode = 0o644 } = file;
  if (source === undefined) return [fileSpec(target, Buffer.from(content), mode)];
  const path = resolve(context.rootDirectory, source);
  return Promise.all(
    (await filesBelow(path, context)).map(async (found) => {
      const below = relative(path, found).split(sep).join("/");
      return fileSpec(posix.join(target, below), await readFile(found), mode);
    }),
  );
}

async function filesBelow(path: string, { name }: PlanContext): Promise<readonly string[]> {
  const stats = await stat(path).catch((cause: unknown) => {
    const problems = [{ path: "files", message: `there is no ${path}` }];
    throw new ConfigurationError({ origin: name, problems }, cause);
  });
  if (!stats.isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

function fileSpec(path: string, content: Buffer, mode: number): FileSpec {
  return { path, contentBase64: content.toString("base64"), mode, isSecret: false };
}
