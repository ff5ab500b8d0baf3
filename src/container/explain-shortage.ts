import type { ResourceErrorDetails } from "../errors/resource-error.ts";
import type { Bounds } from "../spec/bounds.ts";
import { defined } from "../spec/defined.ts";

/** What a container ran out of. */
export type Shortage = Omit<ResourceErrorDetails, "container" | "logTail">;

/** A place in a container that holds no more than so much. */
interface BoundedPlace {
  readonly option: string;
  readonly limit: number;
  readonly path?: string;
}

/** ENOSPC and EDQUOT, in the words of the C library and of Node. */
const noSpace = /no space left on device|ENOSPC|disk quota exceeded|EDQUOT/i;

/**
 * EAGAIN of fork() and clone(), in the words of the C library, of shells, the JVM, Python and Go. Other calls get EAGAIN as well,
 * such as a read from a socket, so its words alone tell nothing.
 */
const noProcess =
  /(fork|clone|thread|spawn).*resource temporarily unavailable|can(not|'t) fork|could not fork|fork failed|unable to create (native )?thread|can't start new thread|failed to create new OS thread/i;

/** That the kernel killed a container for the memory it used. */
export function memoryShortage({ limits: { memoryBytes } }: Bounds): Shortage {
  const killed = { resource: "memory", outcome: "killed", option: "limits.memoryBytes" } as const;
  return { ...killed, ...defined({ limit: memoryBytes }) };
}

/**
 * What a container ran out of, as far as its last words tell; `undefined` when they do not, or when it has no such limit. The
 * kernel's own counters end with the container.
 */
export function shortageIn(logTail: string, bounds: Bounds): Shortage | undefined {
  if (noSpace.test(logTail)) return diskShortage(logTail, bounds);
  return noProcess.test(logTail) ? processShortage(bounds) : undefined;
}

function diskShortage(logTail: string, bounds: Bounds): Shortage | undefined {
  const places = boundedPlaces(bounds);
  const [first] = places;
  if (first === undefined) return undefined;
  const mentioned = places.find(({ path }) => path !== undefined && logTail.includes(path));
  const place = mentioned ?? (places.length === 1 ? first : { option: first.option });
  return { resource: "disk", outcome: "refused", ...place };
}

function boundedPlaces({ mounts, limits }: Bounds): readonly BoundedPlace[] {
  const { disk, shmBytes } = limits;
  return [
    ...mounts.flatMap((mount) =>
      mount.type === "tmpfs" && mount.sizeBytes !== undefined
        ? [{ option: "mounts.sizeBytes", limit: mount.sizeBytes, path: mount.target }]
        : [],
    ),
    ...(shmBytes === undefined ? [] : [{ option: "limits.shmBytes", limit: shmBytes, path: "/dev/shm" }]),
    ...(disk?.by === "engine" ? [{ option: "limits.disk.bytes", limit: disk.bytes }] : []),
  ];
}

function processShortage({ limits: { pids, ulimits } }: Bounds): Shortage | undefined {
  const refused = { resource: "pids", outcome: "refused" } as const;
  if (pids !== undefined) return { ...refused, option: "limits.pids", limit: pids };
  const nproc = ulimits?.nproc;
  if (nproc === undefined) return undefined;
  return { ...refused, option: "limits.ulimits.nproc", limit: typeof nproc === "number" ? nproc : nproc.soft };
}
