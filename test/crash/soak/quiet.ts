import { usageOf } from "../support/processes.ts";
import type { Stage } from "../support/stage.ts";

/** How a coordinator was when nothing but one service was in use. */
export interface Sample {
  readonly pid: number;
  readonly rssBytes: number;
  readonly openFiles: number;
}

/** Measures the coordinator in a quiet moment. */
export function sample(stage: Stage): Sample | undefined {
  const [pid] = stage.coordinators;
  const measured = pid === undefined ? undefined : usageOf(pid);
  return pid === undefined || measured === undefined ? undefined : { pid, ...measured };
}

/** How much a coordinator grew from the first of its quiet moments to the last. */
export interface Growth {
  readonly pid: number;
  readonly samples: number;
  /** Mean of its first and last third, in mebibytes. */
  readonly rssMiB: readonly [number, number];
  readonly maxRssMiB: number;
  readonly openFiles: readonly [number, number];
}

/** The growth of the coordinator that was there at the end. */
export function growthOf(samples: readonly Sample[]): Growth | undefined {
  const pid = samples.at(-1)?.pid;
  const own = samples.filter((one) => one.pid === pid);
  const third = Math.max(1, Math.floor(own.length / 3));
  const [first, last] = [own.slice(0, third), own.slice(-third)];
  if (pid === undefined) return undefined;
  return {
    pid,
    samples: own.length,
    rssMiB: [meanMiB(first), meanMiB(last)],
    maxRssMiB: Math.max(...own.map(({ rssBytes }) => toMiB(rssBytes))),
    openFiles: [own[0]?.openFiles ?? 0, own.at(-1)?.openFiles ?? 0],
  };
}

/** Whether that is no growth: some heap may stay unused, and a connection may be just about to end. */
export function isFlat({ rssMiB: [before, after], openFiles: [filesBefore, filesAfter] }: Growth): boolean {
  return after - before <= 10 && filesAfter - filesBefore <= 2;
}

function meanMiB(samples: readonly Sample[]): number {
  return Math.round((samples.reduce((sum, { rssBytes }) => sum + toMiB(rssBytes), 0) / samples.length) * 10) / 10;
}

function toMiB(bytes: number): number {
  return Math.round((bytes / 1024 / 1024) * 10) / 10;
}
