import { setTimeout as sleep } from "node:timers/promises";
import type { Run } from "./target.ts";

/** Measures one side once and resolves with the sample; `undefined` when it is of no use. */
export type Side = () => Promise<number | undefined>;

/** How long the engine gets to finish what the last sample left behind, in milliseconds. */
const SETTLE_MS = 150;

/**
 * Measures every side once a round, in turn: A B A B. The first round warms up and does not count.
 *
 * @param sides - The sides, by name.
 */
export async function interleave(
  sides: Readonly<Record<string, Side>>,
  run: Run,
  settleMs: number = SETTLE_MS,
): Promise<Readonly<Record<string, readonly number[]>>> {
  const samples = Object.fromEntries(Object.keys(sides).map((name): [string, number[]] => [name, []]));
  for (let round = 0; round <= run.rounds; round++) {
    for (const [name, side] of Object.entries(sides)) {
      run.signal.throwIfAborted();
      const sample = await side();
      if (round > 0 && sample !== undefined) samples[name]?.push(sample);
      run.progress(`${round === 0 ? "warm-up" : `${round}/${run.rounds}`} ${name} ${sample?.toFixed(1) ?? "unusable"}`);
      await sleep(settleMs, undefined, { signal: run.signal });
    }
  }
  return samples;
}
