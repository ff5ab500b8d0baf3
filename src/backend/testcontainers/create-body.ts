import type { ContainerCreateOptions, HealthConfig, HostConfig, MountSettings } from "dockerode";
import type { ContainerSpec, Json, MountSpec, PortSpec } from "../../spec/container-spec.ts";
import { portKey } from "../../spec/port-key.ts";
import type { ResourceLimits } from "../../spec/resource-limits.ts";
import { defined } from "../../spec/defined.ts";
import type { CreateRequest } from "../container-backend.ts";

/**
 * The body of `POST /containers/create` for a spec.
 *
 * @param publishAddress - Where ports are published that name no address themselves.
 */
export function createBody(request: CreateRequest, publishAddress: string): ContainerCreateOptions {
  const { spec, labels, containerName } = request;
  const body: ContainerCreateOptions = {
    name: containerName,
    Image: spec.image,
    Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
    Labels: { ...spec.labels, ...labels },
    ExposedPorts: Object.fromEntries(spec.ports.map((port) => [portKey(port), {}])),
    HostConfig: hostConfig(request, publishAddress),
    ...processOptions(spec),
    ...networkOptions(request),
  };
  return merge(body, spec.engineOptions);
}

function processOptions(spec: ContainerSpec): ContainerCreateOptions {
  return defined({
    platform: spec.platform,
    Cmd: spec.command && [...spec.command, ...(spec.secretArguments ?? [])],
    Entrypoint: spec.entrypoint && [...spec.entrypoint],
    User: spec.user,
    WorkingDir: spec.workingDirectory,
    Hostname: spec.hostname,
    StopSignal: spec.stopSignal,
    Healthcheck: spec.healthCheck === undefined ? undefined : healthConfig(spec.healthCheck),
  });
}

/** Without a test, or with a duration of 0, the engine takes what the image has. */
function healthConfig(check: NonNullable<ContainerSpec["healthCheck"]>): HealthConfig {
  if (check === false) return { Test: ["NONE"] };
  const { command, intervalMs, timeoutMs, retries, startPeriodMs } = check;
  return defined({
    Test: command && ["CMD", ...command],
    Interval: nanoseconds(intervalMs),
    Timeout: nanoseconds(timeoutMs),
    Retries: retries,
    StartPeriod: nanoseconds(startPeriodMs),
  });
}

function nanoseconds(durationMs: number | undefined): number | undefined {
  return durationMs && durationMs * 1e6;
}

function networkOptions({ spec, networkName }: CreateRequest): ContainerCreateOptions {
  if (networkName === undefined) return {};
  return { NetworkingConfig: { EndpointsConfig: { [networkName]: { Aliases: [...spec.networkAliases] } } } };
}

function hostConfig({ spec, networkName }: CreateRequest, publishAddress: string): HostConfig {
  const { security } = spec;
  return {
    PortBindings: Object.fromEntries(spec.ports.map((port) => [portKey(port), [binding(port, publishAddress)]])),
    ...mountOptions(spec),
    ...defined({
      NetworkMode: networkName,
      ExtraHosts: spec.hasHostAccess ? ["host.docker.internal:host-gateway"] : undefined,
    }),
    ...limitOptions(spec),
    Privileged: security.isPrivileged,
    ReadonlyRootfs: security.hasReadOnlyRootFilesystem,
    CapAdd: [...security.addCapabilities],
    CapDrop: [...security.dropCapabilities],
    SecurityOpt: security.allowsNewPrivileges ? [] : ["no-new-privileges"],
  };
}

function limitOptions({ limits }: ContainerSpec): HostConfig {
  const { cpuCores, memoryBytes, swapBytes = 0, disk } = limits;
  return defined({
    NanoCpus: cpuCores && Math.round(cpuCores * 1e9),
    CpusetCpus: limits.cpuSet,
    CpuShares: limits.cpuShares,
    Memory: memoryBytes,
    MemorySwap: memoryBytes && memoryBytes + swapBytes, // The engine counts both together.
    MemoryReservation: limits.memoryReservationBytes,
    MemorySwappiness: limits.swappiness,
    PidsLimit: limits.pids,
    Ulimits: limits.ulimits && ulimitOptions(limits.ulimits),
    ShmSize: limits.shmBytes,
    StorageOpt: disk?.by === "engine" ? { size: String(disk.bytes) } : undefined,
  });
}

function ulimitOptions(ulimits: NonNullable<ResourceLimits["ulimits"]>): NonNullable<HostConfig["Ulimits"]> {
  return Object.entries(ulimits).map(([name, limit]) => {
    const { soft, hard } = typeof limit === "number" ? { soft: limit, hard: limit } : limit;
    return { Name: name, Soft: soft, Hard: hard };
  });
}

function binding(port: PortSpec, publishAddress: string): { HostIp: string; HostPort: string } {
  return { HostIp: port.hostAddress ?? publishAddress, HostPort: hostPortOf(port) };
}

/** Of a range the engine takes one that is free. */
function hostPortOf({ hostPort }: PortSpec): string {
  return typeof hostPort === "object" ? `${hostPort.from}-${hostPort.to}` : (hostPort?.toString() ?? "");
}

function mountOptions({ mounts }: ContainerSpec): Pick<HostConfig, "Mounts" | "Tmpfs"> {
  const shared: MountSettings[] = [];
  const tmpfs: Record<string, string> = {};
  for (const mount of mounts) {
    if (mount.type === "tmpfs") tmpfs[mount.target] = tmpfsOptions(mount.sizeBytes, mount.mode);
    else shared.push(sharedMount(mount));
  }
  return { Mounts: shared, Tmpfs: tmpfs };
}

/** A volume without a name is one that the engine makes, and removes with the container. */
function sharedMount(mount: Exclude<MountSpec, { readonly type: "tmpfs" }>): MountSettings {
  const { type, source = "", target, isReadOnly } = mount;
  const settings: MountSettings = { Type: type, Source: source, Target: target, ReadOnly: isReadOnly };
  if (type === "bind" || mount.isLeftEmpty !== true) return settings;
  return { ...settings, VolumeOptions: { NoCopy: true, Labels: {}, DriverConfig: { Name: "", Options: {} } } };
}

function tmpfsOptions(sizeBytes: number | undefined, mode: number | undefined): string {
  const size = sizeBytes === undefined ? [] : [`size=${sizeBytes}`];
  const permissions = mode === undefined ? [] : [`mode=${mode.toString(8)}`];
  return ["rw", ...size, ...permissions].join(",");
}

/** Objects are merged key by key, everything else is replaced, so that one host option can be added to the rest. */
function merge<T extends object>(base: T, over: object): T {
  const merged = new Map<string, unknown>(Object.entries(base));
  for (const [key, value] of Object.entries(over) as [string, Json][]) {
    const existing = merged.get(key);
    merged.set(key, isObject(existing) && isObject(value) ? merge(existing, value) : value);
  }
  return Object.fromEntries(merged) as T;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
