import { posix } from "node:path";
import type { EngineCaretaker } from "../backend/engine-caretaker.ts";
import type { ProbeTarget } from "../health/probe.ts";
import type { ContainerSpec } from "../spec/container-spec.ts";
import { measureDisk } from "./measure-disk.ts";
import { hostPort } from "./host-port.ts";
import { isOnOwnNetwork } from "./own-network.ts";

/** Mounted by the engine in every container, in memory. */
const MEMORY_MOUNTS = ["/proc", "/sys", "/dev"];

/** What is known of a container that has been started: whoever probes it need not have made it. */
export interface ContainerReach {
  /** Name of the service. */
  readonly name: string;
  /** The engine's id. */
  readonly id: string;
  /** Host name or address under which its published ports answer. */
  readonly host: string;
  /** Host port of each published port, keyed by `5432/tcp`. */
  readonly ports: Readonly<Record<string, number>>;
  /** Its own address in the engine's network; absent when it has none. */
  readonly address?: string | undefined;
  /** Whether the engine is on this machine. */
  readonly isEngineLocal: boolean;
  /** Directories of it that are in memory, as `memoryMountsOf` tells them. */
  readonly memoryMounts: readonly string[];
}

/** What probes reach of a container that has been started. */
export function probeTarget(
  { name, id, host, ports, address, isEngineLocal, memoryMounts }: ContainerReach,
  caretaker: EngineCaretaker,
): ProbeTarget {
  const inMemory = [...MEMORY_MOUNTS, ...memoryMounts];
  return {
    host,
    directAddress: isEngineLocal && isOnOwnNetwork(address) ? address : undefined,
    hostPort: (containerPort) => hostPort({ name, ports }, containerPort),
    isInMemory: (path) => inMemory.some((mount) => isWithin(mount, posix.normalize(path))),
    exec: (command, options, signal) => caretaker.exec(id, command, options, signal),
    statFile: (path, signal) => caretaker.statFile(id, path, signal),
    readFile: (path, signal) => caretaker.readFile(id, path, signal),
    inspect: (signal) => caretaker.inspect(id, signal),
    stats: (signal) => caretaker.stats(id, signal),
    measureDisk: async (path, signal) =>
      isEngineLocal ? measureDisk(await caretaker.inspect(id, signal), path) : undefined,
  };
}

/** The directories of a container that are mounted in memory. */
export function memoryMountsOf({ mounts }: ContainerSpec): readonly string[] {
  return mounts.filter(({ type }) => type === "tmpfs").map(({ target }) => target);
}

function isWithin(mount: string, path: string): boolean {
  const directory = posix.normalize(mount).replace(/\/$/, "");
  return path === directory || path.startsWith(`${directory}/`);
}
