import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { contentHash } from "../system/content-hash.mjs";
import { npm } from "../system/npm.mjs";
import { withProgress } from "../system/say.mjs";

const LOCK = "package-lock.json";

/** Inside node_modules, so that it goes away with what it describes. */
const INSTALLED_LOCK_HASH = join("node_modules", ".cleanroom-lock-hash");

/** npm writes this one at the end of every installation. */
const NPM_RECORD = join("node_modules", ".package-lock.json");

/**
 * Installs the packages of the lock file unless they are there.
 *
 * @type {import("../context.mjs").Step}
 */
export async function ensureDependencies({ root, env }) {
  const lockHash = contentHash(root, [LOCK]);
  if (readIfThere(join(root, INSTALLED_LOCK_HASH)) === lockHash) return;
  if (!isInstalledByHand(root)) {
    await withProgress("installing packages (npm ci)", () =>
      npm(["ci", "--no-audit", "--no-fund"], { cwd: root, env }),
    );
  }
  writeFileSync(join(root, INSTALLED_LOCK_HASH), lockHash);
}

/**
 * Whether the user ran npm since the lock file last changed.
 *
 * @param {string} root
 */
function isInstalledByHand(root) {
  const record = statSync(join(root, NPM_RECORD), { throwIfNoEntry: false });
  return record !== undefined && record.mtimeMs >= statSync(join(root, LOCK)).mtimeMs;
}

/** @param {string} path */
function readIfThere(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
