import { posix } from "node:path";

/** A hierarchy of control groups as this process sees it. */
interface CgroupMount {
  /** The group that is at the mount point; others are found below it. */
  readonly root: string;
  readonly mountPoint: string;
  /** Controllers of a hierarchy of version 1; `undefined` of the one of version 2. */
  readonly controllers: readonly string[] | undefined;
}

/** The directories of a container's control groups. */
export interface CgroupDirectories {
  /** Directory of its group in the hierarchy of version 2; absent where version 1 counts. */
  readonly unified?: string;
  /** Directory of its group by controller of version 1, such as `memory`; empty where version 2 counts. */
  readonly byController: ReadonlyMap<string, string>;
}

/**
 * Finds a container's control groups from what the kernel says of one of its processes, and of this process's mounts. Where
 * both versions are mounted, the one that has the memory counts.
 * Source: https://man7.org/linux/man-pages/man7/cgroups.7.html ("/proc files")
 *
 * @param membership - Content of `/proc/PID/cgroup`.
 * @param mountInfo - Content of `/proc/self/mountinfo`.
 * @param id - The engine's full id of the container: the name of its groups has it.
 */
export function cgroupDirectories(membership: string, mountInfo: string, id: string): CgroupDirectories {
  const mounts = parseMounts(mountInfo);
  const byController = new Map<string, string>();
  let unified: string | undefined;
  for (const line of membership.split("\n")) {
    const [, hierarchy, controllers, path] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? [];
    if (hierarchy === undefined || controllers === undefined || path === undefined) continue;
    const group = groupOf(id, path);
    if (group === undefined) continue;
    if (hierarchy === "0")
      unified = directoryOf(
        group,
        mounts.find((mount) => mount.controllers === undefined),
      );
    else for (const name of controllers.split(",")) addController(byController, name, group, mounts);
  }
  if (byController.has("memory")) return { byController };
  return unified === undefined ? { byController: new Map() } : { unified, byController: new Map() };
}

/** The group that the engine made for a container: its processes may be in groups of their own below. Nothing if it made none. */
function groupOf(id: string, path: string): string | undefined {
  const names = path.split("/");
  const own = names.findIndex((name) => name.includes(id));
  return own === -1 ? undefined : names.slice(0, own + 1).join("/");
}

function addController(
  directories: Map<string, string>,
  name: string,
  group: string,
  mounts: readonly CgroupMount[],
): void {
  const directory = directoryOf(
    group,
    mounts.find(({ controllers }) => controllers?.includes(name)),
  );
  if (directory !== undefined) directories.set(name, directory);
}

function directoryOf(group: string, mount: CgroupMount | undefined): string | undefined {
  if (mount === undefined) return undefined;
  const { root, mountPoint } = mount;
  const below = posix.relative(root, group);
  // A group outside of what is mounted here cannot be reached by any path.
  return below.startsWith("..") ? undefined : posix.join(mountPoint, below);
}

/** Lines such as `30 23 0:27 / /sys/fs/cgroup/memory rw shared:9 - cgroup cgroup rw,memory`. */
function parseMounts(mountInfo: string): readonly CgroupMount[] {
  return mountInfo.split("\n").flatMap((line): readonly CgroupMount[] => {
    const [about = "", system = ""] = line.split(" - ");
    const [, , , root, mountPoint] = about.split(" ");
    const [type, , options = ""] = system.split(" ");
    if (root === undefined || mountPoint === undefined || !(type === "cgroup" || type === "cgroup2")) return [];
    return [{ root, mountPoint, controllers: type === "cgroup" ? options.split(",") : undefined }];
  });
}
