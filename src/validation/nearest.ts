import { closest, distance } from "fastest-levenshtein";

/** Up to how many typing mistakes a name is still taken for another. */
const MAX_TYPOS = 3;

/** The known name that was most likely meant. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const candidate = known.length === 0 ? undefined : closest(name, [...known]);
  return candidate !== undefined && distance(name, candidate) <= MAX_TYPOS ? candidate : undefined;
}
