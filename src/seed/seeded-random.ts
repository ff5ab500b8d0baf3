import { createHash } from "node:crypto";

/** Bits of a number that a `number` holds exactly. */
const BITS = 48;

/** A number from 0 to 1, 1 excluded, that follows from the seed and what it is for, and from nothing else. */
export function seededNumber(seed: string, purpose: readonly (string | number)[]): number {
  const digest = createHash("sha256")
    .update(JSON.stringify([seed, ...purpose]))
    .digest();
  return digest.readUIntBE(0, BITS / 8) / 2 ** BITS;
}

/**
 * A row of such numbers, as `Math.random` gives them. Each purpose has a row of its own, so that it does not depend on who draws
 * from others, and when.
 *
 * @param seed - By chance when absent.
 */
export function seededRandom(seed: string | undefined, purpose: readonly string[]): () => number {
  if (seed === undefined) return Math.random;
  let drawn = 0;
  return () => seededNumber(seed, [...purpose, drawn++]);
}
