/** How samples are spread. */
export interface Summary {
  readonly min: number;
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Sums up samples, rounded to a thousandth. Percentiles are samples themselves (nearest rank), the median aside. */
export function summarise(samples: readonly number[]): Summary {
  if (samples.length === 0) throw new Error("There is nothing to sum up: no sample was usable.");
  const sorted = samples.toSorted((a, b) => a - b);
  const rank = (share: number): number => round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!);
  return {
    min: rank(0),
    median: round(medianOfSorted(sorted)),
    p95: rank(0.95),
    p99: rank(0.99),
    max: rank(1),
  };
}

/** Rounds to a thousandth; `-0` becomes 0. */
export function round(value: number): number {
  return Math.round(value * 1000) / 1000 + 0;
}

function medianOfSorted(sorted: readonly number[]): number {
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}
