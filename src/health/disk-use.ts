/** How full a file system is, as an ordinary user has it: what is kept for the superuser is neither used nor available. */
export interface DiskUse {
  /** What is used, in bytes. */
  readonly usedBytes: number;
  /** What can still be written, in bytes. */
  readonly availableBytes: number;
}

/** Blocks, used, available and capacity come one after the other, before a mount point that may hold anything. */
const ROW = /\s(\d+)\s+(\d+)\s+(-?\d+)\s+(?:\d+%|-)\s+\//;

/**
 * Reads what `df -P -k` printed about one path.
 *
 * @returns `undefined` when it is something else.
 * Source: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/df.html
 */
export function parseDf(output: string): DiskUse | undefined {
  const row = ROW.exec(output);
  if (row === null) return undefined;
  const [, , used, available] = row;
  return { usedBytes: Number(used) * 1024, availableBytes: Math.max(0, Number(available)) * 1024 };
}

/** How much is used, from 0 to 1; `undefined` for what has no size, such as `/proc`. */
export function usedRatio({ usedBytes, availableBytes }: DiskUse): number | undefined {
  const totalBytes = usedBytes + availableBytes;
  return totalBytes === 0 ? undefined : usedBytes / totalBytes;
}
