import type {
  CombinedProbe,
  CommandProbe,
  CommandProbeOptions,
  FileProbe,
  FileProbeOptions,
  HttpProbe,
  HttpProbeOptions,
  Probe,
  TcpProbe,
} from "./probe.ts";

/**
 * Healthy once the process in the container accepts a connection on `containerPort`.
 *
 * Docker's proxy accepts connections before the container listens; this probe is not fooled by it. It still proves only
 * that something listens: where there is a protocol to speak, prefer `http` or a probe of your own.
 * Source: https://github.com/moby/moby/issues/16976
 */
export function tcp(containerPort: number): TcpProbe {
  return { kind: "tcp", port: containerPort };
}

/** Healthy once an HTTP request gets the response asked for; without further options, any from 200 to 399. */
export function http(options: HttpProbeOptions): HttpProbe {
  return { ...options, kind: "http" };
}

/**
 * Healthy once a command, run in the container without a shell, ends as asked; without options, with exit code 0. An attempt
 * that hangs is given up after `attemptTimeoutMs`, but its process goes on inside the container: engines cannot end it.
 */
export function command(commandLine: readonly string[], options: CommandProbeOptions = {}): CommandProbe {
  return { ...options, kind: "command", command: commandLine };
}

/**
 * Healthy once the file at `path` is as asked; without options, once it is there. Needs no shell in the image, except for
 * files on a tmpfs mount, which only a command in the container can see.
 */
export function file(path: string, options: FileProbeOptions = {}): FileProbe {
  return { ...options, kind: "file", path };
}

/** Healthy once every one of `probes` is. */
export function all(...probes: readonly Probe[]): CombinedProbe {
  return { kind: "all", probes };
}

/** Healthy once one of `probes` is. */
export function any(...probes: readonly Probe[]): CombinedProbe {
  return { kind: "any", probes };
}
