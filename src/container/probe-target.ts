import { posix } from "node:path";
import type { ContainerBackend, ContainerInspection } from "../backend/container-backend.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import type { ProbeTarget } from "../health/probe.ts";
import type { ContainerSpec } from "../spec/container-spec.ts";

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
    directAddress: backend.engine.isLocal ? address : undefined,
    hostPort: (containerPort) => ports[`${containerPort}/tcp`] ?? notPublished(name, containerPort, ports),
    isInMemory: (path) => inMemory.some((mount) => isWithin(mount, posix.normalize(path))),
    exec: (command, options, signal) => backend.exec(id, command, options, signal),
    statFile: (path, signal) => backend.statFile(id, path, signal),
    readFile: (path, signal) => backend.readFile(id, path, signal),
  };
}

/** Tells of a port that a service does not publish. */
export function notPublished(name: string, containerPort: number, ports: Readonly<Record<string, number>>): never {
  const published = Object.keys(ports).join(", ");
  const message = `port ${containerPort} is not published (published: ${published === "" ? "none" : published}); add it to \`ports\``;
  throw new ConfigurationError({ origin: name, problems: [{ path: "", message }] });
}

function isWithin(mount: string, path: string): boolean {
  const directory = posix.normalize(mount).replace(/\/$/, "");
  return path === directory || path.startsWith(`${directory}/`);
}
