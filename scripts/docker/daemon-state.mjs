import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { say, withProgress } from "../system/say.mjs";
import { stopDaemon } from "./daemon.mjs";

/** Says which daemon a task started, so that `stop-docker` and CI stop that one and never the user's own. */
const STATE_FILE = join(".toolchain", "dockerd.json");

/**
 * @param {string} root - The project's directory.
 * @param {import("./daemon.mjs").DaemonRecord} record
 */
export function rememberDaemon(root, record) {
  const path = join(root, STATE_FILE);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(record)}\n`);
}

/**
 * Stops the daemon that a task of this project started.
 *
 * @type {import("../context.mjs").Step}
 */
export async function stopRememberedDaemon({ root }) {
  const path = join(root, STATE_FILE);
  const record = read(path);
  if (record === undefined) {
    say("No Docker engine was started by these scripts, so none is stopped.");
    return;
  }
  await withProgress("stopping the Docker engine that these scripts started", () => stopDaemon(record));
  rmSync(path, { force: true });
}

/**
 * @param {string} path
 * @returns {import("./daemon.mjs").DaemonRecord | undefined}
 */
function read(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
