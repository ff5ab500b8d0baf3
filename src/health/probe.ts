import type {
  ContainerInspection,
  ContainerStats,
  ExecOptions,
  ExecResult,
  FileStat,
} from "../backend/container-backend.ts";
import type { DiskUse } from "./disk-use.ts";

/** What a probe can reach of the container it checks. */
export interface ProbeTarget {
  /** Host name or address under which its published ports answer. */
  readonly host: string;
  /** Its own address, where this process may reach it past the engine's port forwarding; absent elsewhere. */
  readonly directAddress?: string | undefined;
  /**
   * The host port that leads to `containerPort`.
   * @throws ConfigurationError when the port is not published.
   */
  hostPort(containerPort: number): number;
  /** Whether `path` lies in memory, where the engine's archive API does not see it. */
  isInMemory(path: string): boolean;
  /** Runs a command in the container, without a shell. */
  exec(command: readonly string[], options: ExecOptions, signal: AbortSignal): Promise<ExecResult>;
  /** What is at `path`; `undefined` when nothing is. Runs nothing in the container. */
  statFile(path: string, signal: AbortSignal): Promise<FileStat | undefined>;
  /** The content of a file. Runs nothing in the container. */
  readFile(path: string, signal: AbortSignal): Promise<Buffer>;
  /** What the engine knows about the container now. */
  inspect(signal: AbortSignal): Promise<ContainerInspection>;
  /** What the container uses at this moment. */
  stats(signal: AbortSignal): Promise<ContainerStats>;
  /**
   * How full the file system at `path` is, measured without running anything in the container; `undefined` where only a command
   * inside can tell.
   */
  measureDisk(path: string, signal: AbortSignal): Promise<DiskUse | undefined>;
}

/** A check of your own: resolves when the service is healthy, rejects with what it saw when it is not. */
export interface HealthProbe {
  /** What it checks, for messages. */
  readonly name: string;
  /** One attempt. It must end when `signal` aborts. */
  check(target: ProbeTarget, signal: AbortSignal): Promise<void>;
}

/** What a TCP server must answer. */
export interface TcpProbeOptions {
  /** What is sent as soon as the connection is open. Only with `answerIncludes`. */
  readonly send?: string;
  /** What the server must send back, or send of itself. */
  readonly answerIncludes?: string;
}

/** Healthy once the process in the container accepts a connection, and answers as asked. */
export interface TcpProbe extends TcpProbeOptions {
  readonly kind: "tcp";
  /** Port inside the container. */
  readonly port: number;
}

/** What an HTTP response must be like. */
export interface HttpProbeOptions {
  /** Port inside the container. */
  readonly port: number;
  /**
   * Path and query.
   * @default "/"
   */
  readonly path?: string;
  /**
   * Request method.
   * @default "GET"
   */
  readonly method?: string;
  /** Request headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Accepted status codes, or a function that tells whether one is. With a function the probe is no longer plain data, so that
   * it is checked only in the process that has it.
   * @default every status from 200 to 399
   */
  readonly status?: number | readonly number[] | ((status: number) => boolean);
  /**
   * What a redirect is. `accept`: an answer like any other, and healthy by default, as in Kubernetes. `follow`: the answer at
   * the place that it leads to decides, 10 redirects on at most, all on the same port of the container. `reject`: a failure.
   * @default "accept"
   */
  readonly redirect?: "accept" | "follow" | "reject";
  /** What response headers must contain, by name. */
  readonly headersInclude?: Readonly<Record<string, string>>;
  /** What the body must contain, in its first MiB. */
  readonly bodyIncludes?: string;
  /** What the body must match, in a second at most. It is matched whole, so it must come to an end, within a MiB. */
  readonly bodyMatches?: RegExp;
  /**
   * Speak HTTPS.
   * @default false
   */
  readonly tls?: boolean;
  /**
   * Accept any certificate, such as the self-signed one of a test container. Only with `tls`.
   * @default false
   */
  readonly allowInvalidCertificate?: boolean;
}

/** A regular expression as plain data. */
export interface TextPattern {
  /** The expression. */
  readonly source: string;
  /** Its flags, such as `i`. */
  readonly flags: string;
}

/** Healthy once an HTTP request gets the response asked for. */
export interface HttpProbe extends Omit<HttpProbeOptions, "bodyMatches"> {
  readonly kind: "http";
  /** What the body must match. */
  readonly bodyMatches?: TextPattern;
}

/** What a command must do. */
export interface CommandProbeOptions {
  /**
   * The exit code that means healthy.
   * @default 0
   */
  readonly exitCode?: number;
  /** What its standard output must contain. */
  readonly outputIncludes?: string;
}

/** Healthy once a command in the container ends as asked. */
export interface CommandProbe extends CommandProbeOptions {
  readonly kind: "command";
  /** The command and its arguments. */
  readonly command: readonly string[];
}

/** What a file must be like. */
export interface FileProbeOptions {
  /** Least size in bytes. */
  readonly minSizeBytes?: number;
  /** What its content must contain. A file of more than 64 MiB that is not in memory is not searched, and not healthy. */
  readonly contentIncludes?: string;
  /** How long ago it may have been changed at most, in milliseconds, as for a heartbeat. Files tell it by the second. */
  readonly modifiedWithinMs?: number;
  /**
   * Healthy while there is no such file, such as a lock.
   * @default false
   */
  readonly absent?: boolean;
}

/** Healthy once a file in the container is as asked. */
export interface FileProbe extends FileProbeOptions {
  readonly kind: "file";
  /** Absolute path in the container. */
  readonly path: string;
}

/** Healthy once a PostgreSQL server asks who is there, which it does only when it takes queries. */
export interface PostgresProbe {
  readonly kind: "postgres";
  /** Port inside the container. */
  readonly port: number;
}

/** Healthy once a Redis server answers commands; it does not while it loads its data. */
export interface RedisProbe {
  readonly kind: "redis";
  /** Port inside the container. */
  readonly port: number;
}

/** Which file system, and how full it may be. */
export interface DiskProbeOptions {
  /**
   * Absolute path in the container of anything on the file system.
   * @default "/"
   */
  readonly path?: string;
  /**
   * How much of it may be used, from 0 to 1.
   * @default 0.9
   */
  readonly maxUsedRatio?: number;
}

/** Healthy while a file system of the container has room left. */
export interface DiskProbe extends DiskProbeOptions {
  readonly kind: "disk";
}

/** How much of its memory a container may use. */
export interface MemoryProbeOptions {
  /**
   * How much of its limit it may hold, from 0 to 1; of the machine's memory where it has no limit.
   * @default 0.9
   */
  readonly maxUsedRatio?: number;
}

/** Healthy while a container has memory left. */
export interface MemoryProbe extends MemoryProbeOptions {
  readonly kind: "memory";
}

/** Healthy once the engine's own check of the container, its `HEALTHCHECK`, says so. */
export interface HealthCheckProbe {
  readonly kind: "healthCheck";
}

/** Healthy while another probe is not. */
export interface NotProbe {
  readonly kind: "not";
  /** The other one. */
  readonly probe: Probe;
}

/** Healthy once all, any, or one after the other of several probes are. */
export interface CombinedProbe {
  /**
   * How many must be healthy, and when they are checked: `all` of them and `any` one at the same time, those of a `sequence` each
   * when the one before is healthy.
   */
  readonly kind: "all" | "any" | "sequence";
  /** The probes. */
  readonly probes: readonly Probe[];
}

/** Tells whether a container can be used. All but `HealthProbe` are plain data. */
export type Probe =
  | TcpProbe
  | HttpProbe
  | CommandProbe
  | FileProbe
  | DiskProbe
  | MemoryProbe
  | HealthCheckProbe
  | PostgresProbe
  | RedisProbe
  | NotProbe
  | CombinedProbe
  | HealthProbe;
