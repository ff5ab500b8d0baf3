import { posix } from "node:path";
import type { ContainerBackend, ContainerInspection } from "../backend/container-backend.ts";
import type { ProbeTarget } from "../health/probe.ts";
import type { ContainerSpec } from "../spec/container-spec.ts";
import { hostPort } from "./host-port.ts";
import { isOnOwnNetwork } from "./own-network.ts";

/** Mounted by the engine in every container, in memory. */
const MEMORY_MOUNTS = ["/proc", "/sys", "/dev"];

/** What probes reach of a container that has been started. */
export function probeTarget(
  name: string,
  spec: ContainerSpec,
  { id, ports, address }: ContainerInspection,
  backend: ContainerBackend,
): ProbeTarget {
  const inMemory = [
    ...MEMORY_MOUNTS,
    ...spec.mounts.filter(({ type }) => type === "tmpfs").map(({ target }) => target),
  ];
  return {
    host: backend.engine.hostAddress,
    directAddress: backend.engine.isLocal && isOnOwnNetwork(address) ? address : undefined,
    hostPort: (containerPort) => hostPort({ name, ports }, containerPort),
    isInMemory: (path) => inMemory.some((mount) => isWithin(mount, posix.normalize(path))),
    exec: (command, options, signal) => backend.exec(id, command, options, signal),
    statFile: (path, signal) => backend.statFile(id, path, signal),
    readFile: (path, signal) => backend.readFile(id, path, signal),
  };
}

function isWithin(mount: string, path: string): boolean {
  const directory = posix.normalize(mount).replace(/\/$/, "");
  return path === directory || path.startsWith(`${directory}/`);
}
