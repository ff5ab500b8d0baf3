import type {
  CombinedProbe,
  CommandProbe,
  CommandProbeOptions,
  DiskProbe,
  DiskProbeOptions,
  FileProbe,
  FileProbeOptions,
  HealthCheckProbe,
  HttpProbe,
  HttpProbeOptions,
  MemoryProbe,
  MemoryProbeOptions,
  NotProbe,
  Probe,
  TcpProbe,
  TcpProbeOptions,
} from "./probe.ts";

/**
 * Healthy once the process in the container accepts a connection on `containerPort`.
 *
 * Docker's proxy accepts connections before the container listens; this probe is not fooled by it. It still proves only
 * that something listens: where there is a protocol to speak, ask for an answer, or prefer `http` or a probe of your own.
 * Source: https://github.com/moby/moby/issues/16976
 */
export function tcp(containerPort: number, options: TcpProbeOptions = {}): TcpProbe {
  return { ...options, kind: "tcp", port: containerPort };
}

/** Healthy once an HTTP request gets the response asked for; without further options, any from 200 to 399. */
export function http({ bodyMatches, ...options }: HttpProbeOptions): HttpProbe {
  const pattern = bodyMatches && { bodyMatches: { source: bodyMatches.source, flags: bodyMatches.flags } };
  return { ...options, ...pattern, kind: "http" };
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

/**
 * Healthy once every one of `probes` is, each checked only when the one before it is healthy. What it saw names the one that
 * failed.
 */
export function sequence(...probes: readonly Probe[]): CombinedProbe {
  return { kind: "sequence", probes };
}

/** Healthy while `probe` is not. An attempt that hangs, or that could not be made, tells nothing: it fails here as well. */
export function not(probe: Probe): NotProbe {
  return { kind: "not", probe };
}

/**
 * Healthy while no more of a file system is used than `maxUsedRatio`; without options, 90 % of the container's own. Where this
 * process may not look into the container, as with an engine elsewhere, the image must have the program `df`.
 */
export function disk(options: DiskProbeOptions = {}): DiskProbe {
  return { ...options, kind: "disk" };
}

/**
 * Healthy while the container holds no more memory than `maxUsedRatio` of its limit; without options, 90 %. File cache that the
 * kernel would give up does not count.
 */
export function memory(options: MemoryProbeOptions = {}): MemoryProbe {
  return { ...options, kind: "memory" };
}

/** Healthy once the engine's own check of the container says so: the option `healthCheck`, or the image's `HEALTHCHECK`. */
export function healthCheck(): HealthCheckProbe {
  return { kind: "healthCheck" };
}
