/** Reads a file of a container's control group, by its name; nothing when there is none, or it cannot be read. */
export type ReadCgroupFile = (name: string) => string | undefined;

/** From here on a number is how version 1 says "no limit": the largest multiple of a page that fits 63 bits. */
const UNLIMITED = 2 ** 62;

/** The number that a file holds alone; nothing when it says `max`, which is no limit, or holds none. */
export function numberIn(text: string | undefined): number | undefined {
  return sumOf(/^(\d+)$/g, text?.trim());
}

/** The sum of all numbers that the first group of a pattern finds; nothing when it finds none, or no limit. */
export function sumOf(pattern: RegExp, text: string | undefined): number | undefined {
  const found = [...(text ?? "").matchAll(pattern)].map(([, digits]) => Number(digits));
  const sum = found.reduce((total, value) => total + value, 0);
  return found.length === 0 || sum >= UNLIMITED ? undefined : sum;
}

/** A quota of processor time in a period, both in microseconds, as cores; nothing when there is no quota. */
export function coresOf(quota: number | undefined, period: number | undefined): number | undefined {
  return quota === undefined || period === undefined || period === 0 ? undefined : quota / period;
}
