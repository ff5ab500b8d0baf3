import { readFile } from "node:fs/promises";
import type { EngineFeatures } from "../backend/engine-features.ts";

/** Whether an engine can limit what a container writes; if not, why. */
export type DiskQuota = "possible" | "unknown" | { readonly problem: string };

/** Why a storage driver cannot, whatever it stores on. */
const incapable: Readonly<Record<string, string>> = {
  // Tried: 16 MiB above an image of 112 MiB are refused when the container is made.
  btrfs: "its storage driver, btrfs, counts what the image holds as well",
};

/** A mount as `/proc/self/mountinfo` has it, as far as it matters here. */
interface Mount {
  readonly fileSystem: string;
  readonly options: readonly string[];
}

/** Whether an engine can limit what a container writes. Only of one on this machine can all be known beforehand. */
export async function diskQuotaOf(features: EngineFeatures, isLocal: boolean): Promise<DiskQuota> {
  const mounts = isLocal ? await readFile("/proc/self/mountinfo", "utf8").catch(() => "") : "";
  return diskQuota(features, mounts);
}

/**
 * The same, given the mounts of the engine's machine.
 *
 * Source: https://docs.docker.com/reference/cli/docker/container/run/#storage-opt
 *
 * @param mountInfo - The content of `/proc/self/mountinfo`; empty when it is not known.
 */
export function diskQuota(features: EngineFeatures, mountInfo: string): DiskQuota {
  const { storageDriver, backingFileSystem = "another", dataDirectory } = features;
  if (storageDriver === "zfs") return "possible";
  if (storageDriver !== "overlay2") {
    return { problem: incapable[storageDriver] ?? `its storage driver, ${storageDriver}, has no quotas` };
  }
  if (backingFileSystem !== "xfs") {
    return {
      problem: `its storage driver, overlay2, has quotas on an xfs file system only, and this is ${backingFileSystem}`,
    };
  }
  const mount = mountOf(dataDirectory, mountInfo);
  if (mount?.fileSystem !== "xfs") return "unknown"; // Not the mounts that the engine sees.
  const hasQuota = mount.options.some((option) => option === "prjquota" || option === "pquota");
  return hasQuota ? "possible" : { problem: `the xfs file system at ${dataDirectory} is not mounted with \`pquota\`` };
}

/** The mount that a path is on. Source: https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html */
function mountOf(path: string, mountInfo: string): Mount | undefined {
  const mounts = mountInfo.split("\n").flatMap((line) => {
    const [place = "", device = ""] = line.split(" - ");
    const [, , , , point] = place.split(" ");
    const [fileSystem, , options] = device.split(" ");
    if (point === undefined || fileSystem === undefined || options === undefined) return [];
    return isBelow(path, point) ? [{ point, fileSystem, options: options.split(",") }] : [];
  });
  return mounts.reduce<(typeof mounts)[number] | undefined>(
    (deepest, mount) => (mount.point.length >= (deepest?.point.length ?? 0) ? mount : deepest),
    undefined,
  );
}

function isBelow(path: string, directory: string): boolean {
  return directory === "/" || path === directory || path.startsWith(`${directory}/`);
}
