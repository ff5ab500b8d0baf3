/** A figure and what it must not exceed. */
export interface Judgement {
  readonly figure: number;
  readonly target: number;
  readonly met: boolean;
}

/** Judges a figure by its limit. */
export function judge(figure: number, target: number): Judgement {
  return { figure, target, met: figure <= target };
}
