import type { ExecOptions, ExecResult, FileStat } from "../backend/container-backend.ts";

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
}

/** A check of your own: resolves when the service is healthy, rejects with what it saw when it is not. */
export interface HealthProbe {
  /** What it checks, for messages. */
  readonly name: string;
  /** One attempt. It must end when `signal` aborts. */
  check(target: ProbeTarget, signal: AbortSignal): Promise<void>;
}

/** Healthy once the process in the container accepts a connection. */
export interface TcpProbe {
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
   * Accepted status codes. Redirects are not followed; by default they count as healthy, as in Kubernetes.
   * @default every status from 200 to 399
   */
  readonly status?: number | readonly number[];
  /** What the body must contain. */
  readonly bodyIncludes?: string;
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

/** Healthy once an HTTP request gets the response asked for. */
export interface HttpProbe extends HttpProbeOptions {
  readonly kind: "http";
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
  /** What its content must contain. */
  readonly contentIncludes?: string;
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

/** Healthy once all, or any, of several probes are. */
export interface CombinedProbe {
  /** Whether all must be healthy, or any one. */
  readonly kind: "all" | "any";
  /** The probes; checked at the same time. */
  readonly probes: readonly Probe[];
}

/** Tells whether a container can be used. All but `HealthProbe` are plain data. */
export type Probe =
  TcpProbe | HttpProbe | CommandProbe | FileProbe | PostgresProbe | RedisProbe | CombinedProbe | HealthProbe;
