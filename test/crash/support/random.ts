/** A source of chance that gives the same numbers for the same seed. */
export interface Random {
  /** A number from 0 up to, but not including, `below`. */
  number(below: number): number;
  /** A whole number from 0 up to, but not including, `below`. */
  integer(below: number): number;
  /** One of several. */
  pick<T>(choices: readonly [T, ...T[]]): T;
  /** Whether something happens that happens in this share of all cases. */
  chance(share: number): boolean;
}

/** A source for one seed and purpose, so that a test run alone draws what it draws among others. */
export function randomFor(seed: number, purpose: string): Random {
  let state = seed >>> 0;
  for (const character of purpose) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  const next = (): number => {
    // Mulberry32. Source: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const integer = (below: number): number => Math.floor(next() * below);
  return {
    number: (below) => next() * below,
    integer,
    pick: (choices) => choices[integer(choices.length)] ?? choices[0],
    chance: (share) => next() < share,
  };
}
