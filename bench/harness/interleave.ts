import { setTimeout as sleep } from "node:timers/promises";
import { summarise } from "./summary.ts";
import type { Run } from "./target.ts";

/** Measures one side once and resolves with the sample, or with several; `undefined` when it is of no use. */
export type Side = () => Promise<number | readonly number[] | undefined>;

/** How sides are measured in turn. */
export interface InterleaveOptions {
  /**
   * How long the engine gets to finish what the last sample left behind, in milliseconds.
   * @default 150
   */
  readonly settleMs?: number;
  /**
   * How many rounds come first, which warm up and do not count.
   * @default 1
   */
  readonly warmUpRounds?: number;
}

/**
 * Measures every side once a round, in turn: A B A B.
 *
 * @param sides - The sides, by name.
 */
export async function interleave(
  sides: Readonly<Record<string, Side>>,
  run: Run,
  { settleMs = 150, warmUpRounds = 1 }: InterleaveOptions = {},
): Promise<Readonly<Record<string, readonly number[]>>> {
  const samples = Object.fromEntries(Object.keys(sides).map((name): [string, number[]] => [name, []]));
  for (let round = 1 - warmUpRounds; round <= run.rounds; round++) {
    for (const [name, side] of Object.entries(sides)) {
      run.signal.throwIfAborted();
      const measured = [(await side()) ?? []].flat();
      if (round > 0) samples[name]?.push(...measured);
      run.progress(`${round > 0 ? `${round}/${run.rounds}` : "warm-up"} ${name} ${describe(measured)}`);
      await sleep(settleMs, undefined, { signal: run.signal });
    }
  }
  return samples;
}

function describe(measured: readonly number[]): string {
  return measured.length === 0 ? "unusable" : summarise(measured).median.toFixed(1);
}
