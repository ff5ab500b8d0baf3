import { lstat, readFile, statfs } from "node:fs/promises";
import { posix } from "node:path";
import type { ContainerInspection } from "../backend/container-backend.ts";
import type { DiskUse } from "../health/disk-use.ts";

/**
 * How full a file system of a container is, seen from this machine through its main process. This takes the rights of root, or
 * those of the user whose process it is, and no user namespaces in between.
 *
 * @returns `undefined` where this process may not look, or cannot be sure that it would look into that container.
 */
export async function measureDisk({ id, pid }: ContainerInspection, path: string): Promise<DiskUse | undefined> {
  if (pid === undefined) return undefined;
  const mainProcess = `/proc/${pid}`;
  try {
    // The engine's process numbers may be those of another namespace than ours, where they mean another process.
    if (!(await readFile(`${mainProcess}/cgroup`, "utf8")).includes(id)) return undefined;
    if (await leadsThroughLink(`${mainProcess}/root`, path)) return undefined;
    const { bsize, blocks, bfree, bavail } = await statfs(`${mainProcess}/root${posix.normalize(path)}`);
    return { usedBytes: (blocks - bfree) * bsize, availableBytes: bavail * bsize };
  } catch {
    return undefined; // Whatever stands in the way, a command inside has another chance, and says what it is.
  }
}

/** Whether a part of the path is a symbolic link: an absolute one would lead out of the container, to the same path here. */
async function leadsThroughLink(root: string, path: string): Promise<boolean> {
  let directory = root;
  for (const name of posix.normalize(path).split("/").filter(Boolean)) {
    directory = `${directory}/${name}`;
    if ((await lstat(directory)).isSymbolicLink()) return true;
  }
  return false;
}
