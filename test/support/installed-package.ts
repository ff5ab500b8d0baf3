import { execFile } from "node:child_process";
import { mkdir, readdir, rename, symlink } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "./source-tree.ts";

const run = promisify(execFile);

/** Packs the package as it would be published, into a directory. Returns the tarball's path. */
export async function packPackage(directory: string): Promise<string> {
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", directory], {
    cwd: root,
    shell: process.platform === "win32",
  });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  return join(directory, filename);
}

/** Installs the packed package in a project outside the repository, and links to what it depends on beside it. */
export async function installPackage(project: string): Promise<void> {
  const modules = join(project, "node_modules");
  await mkdir(modules);
  await run("tar", ["-xzf", await packPackage(project), "-C", modules]);
  await rename(join(modules, "package"), join(modules, "cleanroom-test"));
  const installed = await readdir(join(root, "node_modules"));
  await Promise.all(
    installed
      .filter((name) => !name.startsWith(".") && name !== "cleanroom-test")
      .map((name) => symlink(join(root, "node_modules", name), join(modules, name), "junction")),
  );
}
