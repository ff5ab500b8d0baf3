/** A ratio from 0 to 1 as people read it, for example `87.5 %`. */
export function percent(ratio: number): string {
  return `${Number((ratio * 100).toFixed(1))} %`;
}
