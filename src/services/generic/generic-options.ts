import type { Probe } from "../../health/probe.ts";
import type { Json, PortRange } from "../../spec/container-spec.ts";
import type { Division } from "../division/division.ts";
import type { IsolationOptions, IsolationPer } from "../isolation-options.ts";
import type { PartVariables } from "../part-variables.ts";
import type { ResetHook } from "../reset-hook.ts";
import type { GenericContainer } from "./generic-container.ts";
import type { Dependencies, HandleOf } from "../service-definition.ts";
import type { ServiceOptions } from "../service-options.ts";

/** A port with more than its number. */
export interface PublishedPort {
  /** The port the process in the container listens on. */
  readonly containerPort: number;
  /**
   * The transport.
   * @default "tcp"
   */
  readonly protocol?: "tcp" | "udp";
  /**
   * The port on this machine, or a range of which a free one is taken; any free one when absent, which is what lets tests run
   * side by side.
   */
  readonly hostPort?: number | PortRange;
  /** The address on this machine; when absent, `127.0.0.1` for an engine on this machine. */
  readonly hostAddress?: string;
}

/** The handles of what a service depends on, under the names of its `dependsOn`. */
export type HandlesOf<Needs extends Dependencies> = { readonly [Name in keyof Needs]: HandleOf<Needs[Name]> };

/** How containers are given to holders who have them alone. */
export interface ContainerIsolationOptions<
  Per extends IsolationPer = IsolationPer,
  Container = GenericContainer,
> extends Pick<IsolationOptions<Per>, "per"> {
  /**
   * Makes a container as it was before somebody had it: `http()`, `command()`, or a function, given the container and a signal
   * that ends it. It runs before a container is handed out that was not started just for that. A container that cannot be reset
   * is removed, and another takes its place.
   * @default none; then a container is removed after use and the next one is started ahead of need
   */
  readonly reset?: ResetHook<Container>;
  /**
   * How long a reset may take, in milliseconds.
   * @default 30_000
   */
  readonly resetTimeoutMs?: number;
}

/** Options that `container()` has however it is isolated. */
export interface CommonContainerOptions<Needs extends Dependencies = Dependencies> extends ServiceOptions<Needs> {
  /** Published ports: numbers of ports in the container, or more detail. */
  readonly ports?: readonly (number | PublishedPort)[];
  /** Environment variables; a function gets the handles of `dependsOn`, which are ready by then. */
  readonly env?:
    Readonly<Record<string, string>> | ((dependencies: HandlesOf<Needs>) => Readonly<Record<string, string>>);
  /**
   * Tells when it can be used: `http`, `tcp`, `command`, `file`, `all`, `any`, or another probe, or one of your own. `false`: as
   * soon as it runs.
   * @default every published TCP port accepts a connection, and the engine says that it is healthy if there is a `healthCheck`
   */
  readonly health?: Probe | false;
  /** Replaces the image's command. */
  readonly command?: readonly string[];
  /** Replaces the image's entrypoint. */
  readonly entrypoint?: readonly string[];
  /** User the process runs as, `name` or `uid:gid`. */
  readonly user?: string;
  /** Directory the process starts in. */
  readonly workingDirectory?: string;
  /** Host name inside the container. */
  readonly hostname?: string;
  /**
   * Fields of the Engine's `POST /containers/create` body, merged over Cleanroom's, for what has no option here.
   * Source: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerCreate
   */
  readonly engineOptions?: { readonly [key: string]: Json };
}

/** Options of `container()`. */
export interface ContainerOptions<
  Needs extends Dependencies = Dependencies,
  Per extends IsolationPer = IsolationPer,
> extends CommonContainerOptions<Needs> {
  /** Gives each test, file or worker a container of its own. All share one when absent. */
  readonly isolation?: ContainerIsolationOptions<Per> & { readonly parts?: never };
  /**
   * Environment variables by which programs find it, such as `{ MAIL_URL: "url" }`; the value is a property of its handle, or what a function
   * makes of it. `cleanroom run` sets them, and test runners do where `isolation.per` is `"file"` or `"worker"`, before a test
   * file is loaded.
   */
  readonly variables?: PartVariables<GenericContainer>;
}

/** How one container is divided into parts that belong to single holders. */
export interface DividedIsolationOptions<
  Per extends IsolationPer = IsolationPer,
  Part extends object = object,
> extends Pick<IsolationOptions<Per>, "per"> {
  /** What makes and removes the parts. They are made ahead of need, and taken back from processes that die. */
  readonly parts: Division<Part>;
}

/** Options of `container()` where all share one container, of which each test, file or worker has a part. */
export interface DividedContainerOptions<
  Needs extends Dependencies = Dependencies,
  Per extends IsolationPer = IsolationPer,
  Part extends object = object,
> extends CommonContainerOptions<Needs> {
  /** Gives each test, file or worker a part of its own. */
  readonly isolation: DividedIsolationOptions<Per, Part>;
  /**
   * Environment variables by which programs find a part of it, such as `{ SHOP_URL: "url" }`; the value is a property of the part, or what a function
   * makes of it. `cleanroom run` sets them, and test runners do where `isolation.per` is `"file"` or `"worker"`, before a test
   * file is loaded.
   */
  readonly variables?: PartVariables<Part>;
}

/** The options of `container()`, of either kind. */
export type AnyContainerOptions<Needs extends Dependencies = Dependencies, Per extends IsolationPer = IsolationPer> =
  ContainerOptions<Needs, Per> | DividedContainerOptions<Needs, Per>;
