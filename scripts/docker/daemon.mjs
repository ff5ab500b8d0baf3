import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { findCommand } from "../system/apt.mjs";
import { runQuietly } from "../system/run.mjs";
import { SetupError } from "../system/setup-error.mjs";
import { findProcess, findProcessOf } from "./process-record.mjs";

const PID_FILE = "/var/run/docker.pid";
const CONTAINERD_PID_FILE = "/var/run/docker/containerd/containerd.pid";
const LOG_FILE = "/var/log/cleanroom-dockerd.log";

const START_LIMIT_MS = 60_000;
/** The daemon gives its containers 15 s to stop. */
const STOP_LIMIT_MS = 45_000;
const POLL_MS = 100;
const LOG_LINES = 15;

/**
 * How the daemon was started, which is how it must be stopped.
 *
 * @typedef {{ by: "systemd" } | { by: "us" } & import("./process-record.mjs").ProcessRecord} DaemonRecord
 */

/**
 * Starts the daemon of this machine, which then still needs a while until it answers.
 *
 * @returns {Promise<DaemonRecord | undefined>} Undefined when one is starting already, on somebody else's behalf.
 */
export async function launchDaemon() {
  if (readFileSync("/proc/1/comm", "utf8").trim() === "systemd") {
    await runQuietly("systemctl", ["start", "docker"]);
    return { by: "systemd" };
  }
  return findDaemon() === undefined ? spawnDaemon() : undefined;
}

/**
 * The daemon of this machine, whoever started it.
 *
 * @returns {DaemonRecord | undefined}
 */
export function findDaemon() {
  const daemon = findProcessOf(PID_FILE, "dockerd");
  return daemon && { by: "us", ...daemon };
}

/**
 * Waits for a launched daemon.
 *
 * @param {import("./engine.mjs").Engine} engine
 * @param {DaemonRecord | undefined} record
 * @throws {SetupError} With the end of the daemon's log, when it ends instead, or does not answer in time.
 */
export async function waitUntilItAnswers(engine, record) {
  const deadline = performance.now() + START_LIMIT_MS;
  while (!(await engine.ping().catch(() => false))) {
    const isGone = record !== undefined && !isRunning(record) && findDaemon() === undefined;
    if (isGone) throw new SetupError(`dockerd ended instead of answering. ${logTail()}`);
    if (performance.now() > deadline) {
      throw new SetupError(`dockerd did not answer within ${START_LIMIT_MS / 1000} s. ${logTail()}`);
    }
    await sleep(POLL_MS);
  }
}

/**
 * Stops the recorded daemon, and no other.
 *
 * @param {DaemonRecord} record
 * @throws {SetupError} When it is still there after its time.
 */
export async function stopDaemon(record) {
  if (record.by === "systemd") {
    await runQuietly("systemctl", ["stop", "docker.socket", "docker"]);
    return;
  }
  if (!isRunning(record)) return;
  process.kill(record.pid, "SIGTERM");
  const deadline = performance.now() + STOP_LIMIT_MS;
  while (isRunning(record)) {
    if (performance.now() > deadline) {
      throw new SetupError(`dockerd (pid ${record.pid}) did not stop within ${STOP_LIMIT_MS / 1000} s`);
    }
    await sleep(POLL_MS);
  }
}

/** @param {DaemonRecord} record */
function isRunning(record) {
  return record.by === "systemd" || findProcess(record.pid, "dockerd")?.startedAt === record.startedAt;
}

function spawnDaemon() {
  // A killed daemon leaves these behind, and a new one refuses to start when their numbers belong to any process.
  if (findProcessOf(CONTAINERD_PID_FILE, "containerd") === undefined) rmSync(CONTAINERD_PID_FILE, { force: true });
  rmSync(PID_FILE, { force: true });

  // A session of its own and a file for its output: it outlives this script and holds none of its pipes.
  const log = openSync(LOG_FILE, "a");
  const child = spawn(findCommand("dockerd") ?? "dockerd", [], {
    detached: true,
    cwd: "/",
    stdio: ["ignore", log, log],
  });
  child.once("error", () => {}); // It will not answer, and that is reported with the log.
  child.unref();
  closeSync(log);
  const daemon = findProcess(child.pid ?? 0, "dockerd");
  return daemon && /** @type {DaemonRecord} */ ({ by: "us", ...daemon });
}

function logTail() {
  try {
    const lines = readFileSync(LOG_FILE, "utf8").trimEnd().split("\n").slice(-LOG_LINES);
    return `The end of ${LOG_FILE}:\n${lines.join("\n")}`;
  } catch {
    return "Its log is the system's.";
  }
}
