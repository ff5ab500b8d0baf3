import { readFileSync } from "node:fs";

/**
 * A process that can be recognised later, although the system may give its number to another one.
 *
 * @typedef {object} ProcessRecord
 * @property {number} pid
 * @property {string} startedAt - In clock ticks since the machine's start, as in /proc.
 */

/**
 * The living process of that number, if it is the program we think it is. Linux only.
 *
 * @param {number} pid
 * @param {string} program
 * @returns {ProcessRecord | undefined} Undefined when there is none, or another program, or a dead one not yet buried.
 */
export function findProcess(pid, program) {
  const stat = readIfThere(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // "pid (name) state …": the name may hold anything, so the fields are counted from its closing bracket.
  const end = stat.lastIndexOf(")");
  const name = stat.slice(stat.indexOf("(") + 1, end);
  const fields = stat.slice(end + 2).split(" ");
  const [state] = fields;
  const startedAt = fields[19];
  if (name !== program || state === "Z" || state === "X" || startedAt === undefined) return undefined;
  return { pid, startedAt };
}

/**
 * The living process that a pid file names.
 *
 * @param {string} pidFile
 * @param {string} program
 */
export function findProcessOf(pidFile, program) {
  const pid = Number.parseInt(readIfThere(pidFile) ?? "", 10);
  return pid > 0 ? findProcess(pid, program) : undefined;
}

/** @param {string} path */
function readIfThere(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
