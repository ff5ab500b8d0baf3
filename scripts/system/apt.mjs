import { accessSync, constants, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

import { runQuietly } from "./run.mjs";
import { say, withProgress } from "./say.mjs";

/** Another program may be installing packages; wait for it instead of failing. */
const LOCK_TIMEOUT = ["-o", "DPkg::Lock::Timeout=300"];

/** Whether this process can install Debian packages: Debian or a descendant such as Ubuntu, and root. */
export function canInstallPackages() {
  return process.platform === "linux" && process.getuid?.() === 0 && isDebian() && findCommand("apt-get") !== undefined;
}

/**
 * Installs Debian packages.
 *
 * @param {readonly string[]} packages
 */
export async function installPackages(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await withProgress(`apt-get install ${packages.join(" ")}`, async () => {
    await updateLists(env);
    await runQuietly("apt-get", [...LOCK_TIMEOUT, "install", "-y", "--no-install-recommends", ...packages], {
      env,
    });
  });
}

/**
 * Where a command is on the PATH.
 *
 * @param {string} name
 * @returns {string | undefined}
 */
export function findCommand(name) {
  const directories = (process.env.PATH ?? "").split(delimiter).filter((directory) => directory !== "");
  // Root's own directories are missing from the PATH of some shells, and dockerd is in one of them.
  return [...directories, "/usr/sbin", "/sbin"].map((directory) => join(directory, name)).find(isExecutable);
}

/** @param {NodeJS.ProcessEnv} env */
async function updateLists(env) {
  try {
    await runQuietly("apt-get", [...LOCK_TIMEOUT, "update"], { env });
  } catch (error) {
    // One unreachable third-party source fails the whole update although Debian's own lists did arrive.
    // If what we need is missing, the installation that follows says so.
    say(`  apt-get update had problems, going on: ${lastLine(error)}`);
  }
}

function isDebian() {
  try {
    return /^(ID|ID_LIKE)=.*\b(debian|ubuntu)\b/m.test(readFileSync("/etc/os-release", "utf8"));
  } catch {
    return false;
  }
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param {unknown} error */
function lastLine(error) {
  return String(error).trim().split("\n").at(-1);
}
