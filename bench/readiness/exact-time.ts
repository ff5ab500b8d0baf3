/** Milliseconds on a clock that all threads of this machine share and nobody sets. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** A time of the wall clock, on the monotonic one; right to a millisecond. */
export function toMonotonicMs(epochMs: number): number {
  return epochMs - Date.now() + monotonicMs();
}
