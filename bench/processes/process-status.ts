import { readdirSync, readFileSync } from "node:fs";

/** Duration of one tick in which the kernel counts processor time, in milliseconds: `getconf CLK_TCK` says 100 everywhere. */
const TICK_MS = 10;

/** What a process has used up to now. */
export interface Usage {
  /** Processor time, in milliseconds, to the nearest tick. */
  readonly cpuMs: number;
  /** How often a thread of it went to sleep and was woken, all threads together. */
  readonly wakeUps: number;
  /** The same of its main thread, the one that runs JavaScript. */
  readonly mainWakeUps: number;
}

/** What a process has used. Source: proc_pid_stat(5), proc_pid_status(5) */
export function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name before it may hold anything; utime and stime are the 12th and 13th field after it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const threads = readdirSync(`/proc/${pid}/task`);
  const wakeUps = threads.map((thread) => statusOf(`${pid}/task/${thread}`, "voluntary_ctxt_switches"));
  return {
    cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS,
    wakeUps: wakeUps.reduce((total, count) => total + count, 0),
    mainWakeUps: statusOf(String(pid), "voluntary_ctxt_switches"),
  };
}

/** Memory of a process that is in RAM, in megabytes. */
export function residentMegabytes(pid: number): number {
  return statusOf(String(pid), "VmRSS") / 1024;
}

/** Every process with this name. */
export function processesCalled(name: string): readonly number[] {
  const pids = readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && nameOf(pid) === name);
  return pids.map(Number);
}

function nameOf(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return undefined; // It ended meanwhile.
  }
}

/** The process of the coordinator that keeps its state in a directory. */
export function coordinatorOf(stateDirectory: string): number {
  const pid = readdirSync("/proc").find((name) => /^\d+$/.test(name) && isCoordinator(name, stateDirectory));
  if (pid === undefined) throw new Error(`No coordinator keeps its state in ${stateDirectory}.`);
  return Number(pid);
}

function isCoordinator(pid: string, stateDirectory: string): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    return words.some((word) => word.endsWith("coordinator.js")) && words.join(" ").includes(stateDirectory);
  } catch {
    return false; // It ended meanwhile.
  }
}

function statusOf(path: string, field: string): number {
  const status = readFileSync(`/proc/${path}/status`, "utf8");
  return Number(new RegExp(`^${field}:\\s*(\\d+)`, "m").exec(status)?.[1]);
}
