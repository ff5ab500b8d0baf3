import type { ResourceOptions } from "../resources/resource-rule.ts";
import type { HealthCheckOptions, InitCommand } from "../spec/container-spec.ts";
import type { ContainerCustomizer } from "../spec/customizer.ts";
import type { ResourceLimits } from "../spec/resource-limits.ts";
import type { BuildOptions } from "./build-options.ts";
import type { RecoveryOptions } from "./recovery-options.ts";
import type { SupervisionOptions } from "./supervision-options.ts";
import type { Dependencies } from "./service-definition.ts";

/** A file or directory that is copied into the container before it starts. Give `source` or `content`. */
export interface CopiedFile {
  /** Absolute path in the container. */
  readonly target: string;
  /** Path on this machine, relative to the configuration's directory. A directory is copied with all it holds. */
  readonly source?: string;
  /** The content itself. */
  readonly content?: string;
  /**
   * Permission bits.
   * @default 0o644
   */
  readonly mode?: number;
}

/** A directory of the host seen inside the container. */
export interface BindMount {
  readonly type: "bind";
  /** Path on this machine, relative to the configuration's directory. */
  readonly source: string;
  /** Absolute path in the container. */
  readonly target: string;
  /**
   * Whether the container may only read it.
   * @default false
   */
  readonly readOnly?: boolean;
}

/** A volume seen inside the container. */
export interface VolumeMount {
  readonly type: "volume";
  /**
   * Name of the volume. One with a name is the user's, and made by the engine where there is none: Cleanroom never removes it.
   * One without is the container's own, and goes with it.
   */
  readonly source?: string;
  /** Absolute path in the container. */
  readonly target: string;
  /**
   * Whether the container may only read it.
   * @default false
   */
  readonly readOnly?: boolean;
  /**
   * Whether an empty one stays empty. Otherwise the engine first fills it with what the image has at `target`.
   * @default false
   */
  readonly noCopy?: boolean;
}

/**
 * A directory for what can be made again, such as packages that were downloaded. It is kept for the next container and the next
 * run, until it has to make room or `cleanroom prune` removes it; never while it is mounted. Each project has its own.
 */
export interface CacheMount {
  readonly type: "cache";
  /** What it is called; whoever of the project says the same name gets the same directory. */
  readonly name: string;
  /** Absolute path in the container. */
  readonly target: string;
}

/** A directory in memory, gone with the container. */
export interface TmpfsMount {
  readonly type: "tmpfs";
  /** Absolute path in the container. */
  readonly target: string;
  /** Most it can hold, in bytes; half of the machine's memory when absent. */
  readonly sizeBytes?: number;
}

/** Something that the container may know and nobody else. Give `value`, `variable` or `file`. */
export interface Secret {
  /** The secret itself. */
  readonly value?: string;
  /** Name of the environment variable, of the process that starts the container, that holds it. */
  readonly variable?: string;
  /** Path of a file on this machine that holds it, relative to the configuration's directory. */
  readonly file?: string;
  /**
   * Absolute path in the container of the file that holds it there.
   * @default "/run/secrets/" and the secret's name
   */
  readonly target?: string;
  /**
   * Permission bits of that file, which belongs to root.
   * @default 0o444
   */
  readonly mode?: number;
  /**
   * Name of an environment variable of the main process that holds it as well, as text, without the line break that a file may
   * end with. The engine does not tell it to anybody; in the container everybody can read it, whatever `mode` says. It needs an
   * image with `/bin/sh`.
   */
  readonly env?: string;
}

/** What a container's processes may do. */
export interface SecurityOptions {
  /**
   * Gives the container every right on the host.
   * @default false
   */
  readonly privileged?: boolean;
  /**
   * Makes everything but mounts read-only.
   * @default false
   */
  readonly readOnlyRootFilesystem?: boolean;
  /** Linux capabilities added to the engine's default set, for example `NET_ADMIN`. */
  readonly addCapabilities?: readonly string[];
  /** Linux capabilities taken from the engine's default set; `ALL` takes every one. */
  readonly dropCapabilities?: readonly string[];
  /**
   * Whether set-user-id programs such as sudo may raise their rights.
   * @default false
   */
  readonly allowNewPrivileges?: boolean;
}

/** Options that every kind of service has. */
export interface ServiceOptions<Needs extends Dependencies = Dependencies> {
  /**
   * What must be ready before it starts, under names of your choice; `env` gets their handles under the same names. It
   * reaches each at its `networkUrl`.
   */
  readonly dependsOn?: Needs;
  /**
   * Files on this machine that hold environment variables, a `NAME=value` a line, relative to the configuration's directory. A
   * later one wins over an earlier one, and `env` over all of them.
   */
  readonly envFiles?: readonly string[];
  /**
   * What only the container may know, by name: the secret itself, or where it comes from. Each is a file in the container. They
   * are in nothing that Cleanroom or the engine tells of it.
   */
  readonly secrets?: Readonly<Record<string, string | Secret>>;
  /** Files copied in before it starts. */
  readonly files?: readonly CopiedFile[];
  /** Directories of the host, volumes, and directories in memory. */
  readonly mounts?: readonly (BindMount | VolumeMount | CacheMount | TmpfsMount)[];
  /**
   * Whether it joins the environment's network, where other containers reach it under its name.
   * @default true when it depends on a service or one of the configuration's services depends on it
   */
  readonly network?: boolean;
  /** Further names under which other containers reach it. */
  readonly networkAliases?: readonly string[];
  /**
   * Whether `host.docker.internal` leads to this machine from inside. What it reaches there must listen on all addresses,
   * or on that of the engine's bridge.
   * @default false
   */
  readonly hostAccess?: boolean;
  /**
   * Commands that are run in it once its probe has succeeded, before anything else initialises it and before anybody gets it: one
   * after the other, without a shell, once for each container. A restart does not repeat them. The first that does not end with
   * 0 is a `CreationError`.
   */
  readonly init?: readonly (readonly string[] | InitCommand)[];
  /**
   * How much of the machine it may use, beyond what the configuration's `limits` say of all; `false`: as much as there is.
   * @default as the configuration's `limits` say
   */
  readonly limits?: ResourceLimits | false;
  /**
   * What is done when it uses more than it should: an alert, less processor time, a restart, or its end.
   * @default { intervalMs: 1_000, rules: [] }
   */
  readonly resources?: ResourceOptions;
  /** What its processes may do. */
  readonly security?: SecurityOptions;
  /**
   * How the engine itself checks it, as its `HEALTHCHECK`; `false` switches off that of the image. The probe `healthCheck()` goes
   * by it.
   * @default as the image says
   */
  readonly healthCheck?: HealthCheckOptions | false;
  /** Labels in addition to Cleanroom's own. */
  readonly labels?: Readonly<Record<string, string>>;
  /**
   * How its image is built, from a Dockerfile, whenever there is none yet of what that copies. What is built is called
   * `cleanroom-build/` and the service's image; `pullPolicy` and substitutions do not matter then.
   */
  readonly build?: BuildOptions;
  /** Platform of the image, for example `linux/amd64`; the engine's own when absent. */
  readonly platform?: string;
  /**
   * When the image is fetched from its registry.
   * @default as the configuration's `pullPolicy` says
   */
  readonly pullPolicy?: "missing" | "always" | "never";
  /**
   * How long it may take from its start until it is initialised, in milliseconds. Fetching the image is not part of it.
   * @default 60_000
   */
  readonly startTimeoutMs?: number;
  /**
   * How long one attempt of its probe may take, in milliseconds.
   * @default 2_000
   */
  readonly attemptTimeoutMs?: number;
  /**
   * Whether it is watched while it is used: its probe is repeated, and a container that fails can be restarted. What happens to
   * its container, such as its end, is told in any case.
   * @default false
   */
  readonly supervision?: boolean | SupervisionOptions;
  /**
   * How long it may take to stop when asked to, in milliseconds, before it is killed.
   * @default 10_000
   */
  readonly stopGraceMs?: number;
  /**
   * Who shares it. `project`: every process of the project. `user`: every project of the user on this machine that describes
   * it alike. `process`: nobody else.
   * @default "project"
   */
  readonly scope?: "project" | "user" | "process";
  /**
   * How long it is kept for the next one who needs it after its last user has gone, in milliseconds. It sleeps meanwhile.
   * @default 0
   */
  readonly keepAliveMs?: number;
  /**
   * Name of an environment variable, such as `DATABASE_URL`. Where it is set, the service is not started: what exists at its URL
   * is used instead. The variable `CLEANROOM_URL_` with the service's name, in capitals, does so without this option, and wins.
   */
  readonly urlFrom?: string;
  /** What is done when it cannot be created: another attempt, or something else in its place. */
  readonly recovery?: RecoveryOptions;
  /** Changes to the container's description, applied in order after the environment's own. */
  readonly customizers?: readonly ContainerCustomizer[];
}
