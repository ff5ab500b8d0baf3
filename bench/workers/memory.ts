import { readdirSync, readFileSync } from "node:fs";
import { coordinatorOf, residentMegabytes } from "../processes/process-status.ts";

const INTERVAL_MS = 100;

/** The most memory that was in RAM at the same time. */
interface Peak {
  readonly peakMegabytes: number;
  readonly coordinatorPeakMegabytes: number;
  readonly processes: number;
}

/** Looks ten times a second at the memory of a process group, and of the coordinator. Dispose it to end that. */
export function watchMemory(stateDirectory: string): Disposable & { readonly peak: Peak; follow(pid: number): void } {
  let group = 0;
  let peak: Peak = { peakMegabytes: 0, coordinatorPeakMegabytes: 0, processes: 0 };
  const look = (): void => {
    const pids = group === 0 ? [] : processesOf(group);
    const coordinator = megabytesOf(() => coordinatorOf(stateDirectory));
    const total = Math.round(pids.reduce((sum, pid) => sum + megabytesOf(() => pid), coordinator));
    peak = {
      peakMegabytes: Math.max(peak.peakMegabytes, total),
      coordinatorPeakMegabytes: Math.max(peak.coordinatorPeakMegabytes, Math.round(coordinator)),
      processes: Math.max(peak.processes, pids.length),
    };
  };
  const timer = setInterval(look, INTERVAL_MS);
  return {
    get peak() {
      return peak;
    },
    follow: (pid) => {
      group = pid;
    },
    [Symbol.dispose]: () => {
      clearInterval(timer);
    },
  };
}

/** None where there is no such process any more, or only what is left of one. */
function megabytesOf(find: () => number): number {
  try {
    return residentMegabytes(find()) || 0;
  } catch {
    return 0;
  }
}

function processesOf(group: number): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && groupOf(name) === group)
    .map(Number);
}

/** Source: proc_pid_stat(5): pgrp is the third field after the name. */
function groupOf(pid: string): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2]);
  } catch {
    return 0; // It ended meanwhile.
  }
}
