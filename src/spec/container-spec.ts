import type { ImageBuild } from "./image-build.ts";
import type { ResourceLimits } from "./resource-limits.ts";

/** Ports of which one is taken that is free. */
export interface PortRange {
  /** The lowest. */
  readonly from: number;
  /** The highest. */
  readonly to: number;
}

/** A port inside the container that is published on the host. */
export interface PortSpec {
  /** The port the process in the container listens on. */
  readonly containerPort: number;
  /** The transport. */
  readonly protocol: "tcp" | "udp";
  /** The port on the host, or where it is chosen from; any free one when absent. */
  readonly hostPort?: number | PortRange;
  /** The host address it is published on; when absent, the narrowest one that this process reaches. */
  readonly hostAddress?: string;
}

/** A file that is in the container before its process starts. */
export interface FileSpec {
  /** Absolute path in the container. */
  readonly path: string;
  /** The content, in base64. */
  readonly contentBase64: string;
  /** Permission bits, for example `0o644`. */
  readonly mode: number;
  /** Keeps the content out of the key, logs and reports. */
  readonly isSecret: boolean;
}

/** A volume seen inside the container. */
export interface VolumeSpec {
  readonly type: "volume";
  /** Its name; when absent it is the container's own and goes with it. */
  readonly source?: string;
  /** Absolute path in the container. */
  readonly target: string;
  /** Whether the container may only read it. */
  readonly isReadOnly: boolean;
  /** Whether an empty one stays so, and does not get what the image has at `target`; false when absent. */
  readonly isLeftEmpty?: boolean;
  /** Whether Cleanroom makes and keeps it, and `source` is only what its users call it; false when absent. */
  readonly isCache?: boolean;
}

/** A directory of the host, a volume, or memory, seen inside the container. */
export type MountSpec =
  | { readonly type: "bind"; readonly source: string; readonly target: string; readonly isReadOnly: boolean }
  | VolumeSpec
  | { readonly type: "tmpfs"; readonly target: string; readonly sizeBytes?: number; readonly mode?: number };

/**
 * How the engine itself checks a container, again and again. What is absent is as the image's `HEALTHCHECK` has it, and as the
 * engine has it where that says nothing.
 */
export interface HealthCheckOptions {
  /** The command and its arguments, run in the container without a shell; healthy when it ends with 0. */
  readonly command?: readonly string[];
  /**
   * How long to wait before each check, the first one included, in milliseconds.
   * @default 30_000
   */
  readonly intervalMs?: number;
  /**
   * How long a check may take, in milliseconds.
   * @default 30_000
   */
  readonly timeoutMs?: number;
  /**
   * How many failures in a row make the container unhealthy.
   * @default 3
   */
  readonly retries?: number;
  /**
   * How long after the start failures do not count, in milliseconds.
   * @default 0
   */
  readonly startPeriodMs?: number;
}

/** A command that is run in a container once it is ready, before anybody gets it. */
export interface InitCommand {
  /** The command and its arguments, without a shell. It has succeeded when it ends with 0. */
  readonly command: readonly string[];
  /** Environment variables for it, in addition to the container's. */
  readonly env?: Readonly<Record<string, string>>;
  /** User it runs as; the container's own when absent. */
  readonly user?: string;
  /** Directory it runs in; the container's own when absent. */
  readonly workingDirectory?: string;
}

/** What a container's processes may do. */
export interface SecuritySpec {
  /** Gives the container every right on the host. */
  readonly isPrivileged: boolean;
  /** Makes everything but mounts read-only. */
  readonly hasReadOnlyRootFilesystem: boolean;
  /** Linux capabilities added to the engine's default set. */
  readonly addCapabilities: readonly string[];
  /** Linux capabilities taken from the engine's default set; `ALL` takes every one. */
  readonly dropCapabilities: readonly string[];
  /** Whether set-user-id programs may raise their rights. */
  readonly allowsNewPrivileges: boolean;
}

/** A value that is the same after a trip through JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * Everything about a container that is decided before it is made: immutable, plain and serialisable. Two equal specs make
 * containers that behave alike.
 */
export interface ContainerSpec {
  /** The image, as it is asked of the engine (after substitution). */
  readonly image: string;
  /** How the image is made where it is missing; absent of one that a registry has. */
  readonly build?: ImageBuild;
  /** Platform of the image, for example `linux/arm64`; the engine's own when absent. */
  readonly platform?: string;
  /** When the image is fetched from its registry. */
  readonly pullPolicy: "missing" | "always" | "never";
  /** Replaces the image's command. */
  readonly command?: readonly string[];
  /**
   * Arguments after those of `command`, which must be there, that stay out of the key, logs and reports, such as the hash of a
   * password.
   */
  readonly secretArguments?: readonly string[];
  /** Replaces the image's entrypoint. */
  readonly entrypoint?: readonly string[];
  /** Environment variables, added to the image's. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Path of a file in the container, of `files`, that a shell reads before the main process takes its place: what it exports is
   * in the environment of that process, and not in what the engine tells of the container. The image needs `/bin/sh`.
   */
  readonly environmentScript?: string;
  /** User the process runs as, `name` or `uid:gid`; the image's own when absent. */
  readonly user?: string;
  /** Directory the process starts in; the image's own when absent. */
  readonly workingDirectory?: string;
  /** Host name inside the container; chosen by the engine when absent. */
  readonly hostname?: string;
  /** Published ports. */
  readonly ports: readonly PortSpec[];
  /** Files copied in before the start. */
  readonly files: readonly FileSpec[];
  /** Mounted directories. */
  readonly mounts: readonly MountSpec[];
  /** Names under which other containers of the environment reach it; empty when it is on no shared network. */
  readonly networkAliases: readonly string[];
  /** Whether `host.docker.internal` leads to the host. */
  readonly hasHostAccess: boolean;
  /** Labels of the user; Cleanroom adds its own. */
  readonly labels: Readonly<Record<string, string>>;
  /** How much of the machine it may use. */
  readonly limits: ResourceLimits;
  /** What its processes may do. */
  readonly security: SecuritySpec;
  /** Commands that are run in it once it is ready, one after the other; none when absent. */
  readonly init?: readonly InitCommand[];
  /** How the engine checks it; as its image says when absent, not at all when `false`. */
  readonly healthCheck?: HealthCheckOptions | false;
  /** Signal that asks it to stop; the image's own (usually SIGTERM) when absent. */
  readonly stopSignal?: string;
  /** How long it may take to stop before it is killed, in milliseconds. */
  readonly stopGraceMs: number;
  /** Fields of the Engine's `POST /containers/create` body, merged over ours last, for what has no option here. */
  readonly engineOptions: { readonly [key: string]: Json };
}
